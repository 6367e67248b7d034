package dev.microtome.jobs;

import dev.microtome.config.Names;
import dev.microtome.config.OptionDoc;
import dev.microtome.config.UsageException;
import dev.microtome.table.RowSchema;
import dev.microtome.table.TableSpec;
import java.io.PrintStream;
import java.util.Collection;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.TreeMap;

/** The jobs on the class path, by name. */
final class Jobs {
  private final Map<String, Job<?, ?>> byName = new TreeMap<>();

  private Jobs() {}

  static Jobs onClassPath() {
    Jobs jobs = new Jobs();
    for (Job<?, ?> job : ServiceLoader.load(Job.class)) {
      Job<?, ?> other = jobs.byName.put(job.name(), job);
      if (other != null) {
        throw new IllegalStateException(
            "two jobs are named "
                + job.name()
                + ": "
                + job.getClass()
                + " and "
                + other.getClass());
      }
    }
    return jobs;
  }

  Collection<Job<?, ?>> all() {
    return byName.values();
  }

  /** The job of this name, or a refusal with the nearest one. */
  Job<?, ?> named(String name) {
    Job<?, ?> job = byName.get(name);
    if (job == null) {
      throw new UsageException(
          "Unknown job: "
              + name
              + Names.nearest(name, byName.keySet())
                  .map(nearest -> " (did you mean " + nearest + "?)")
                  .orElse("")
              + ". The jobs are "
              + String.join(", ", byName.keySet()));
    }
    return job;
  }

  void list(PrintStream out) {
    int width = byName.keySet().stream().mapToInt(String::length).max().orElse(0);
    byName.forEach(
        (name, job) -> out.println(name + " ".repeat(width - name.length() + 2) + job.summary()));
  }

  /** Prints the keys, tables and artifacts of a job. */
  static void describe(Job<?, ?> job, PrintStream out) {
    out.println(job.name() + ": " + job.summary());
    out.println();
    out.println("Keys");
    for (OptionDoc key : OptionDoc.of(job.configType())) {
      out.println(
          "  "
              + key.key()
              + " ("
              + key.type()
              + (key.orElse().isEmpty()
                  ? ", required"
                  : key.orElse().equals("null") ? ", optional" : ", default " + key.orElse())
              + ")");
      out.println("      " + key.doc());
    }
    for (TableSpec<?> table : job.tables()) {
      out.println();
      out.println("Table " + table.name() + ": " + table.doc());
      for (RowSchema.Field field : table.schema().fields()) {
        out.println(
            "  "
                + field.name()
                + " "
                + field.type().sqlName()
                + (field.unit().isEmpty() ? "" : ", " + field.unit()));
        out.println("      " + field.doc());
      }
    }
    for (ArtifactSpec artifact : job.artifacts()) {
      out.println();
      out.println("Artifact " + artifact.name() + "/" + artifact.files());
      out.println("      " + artifact.doc());
    }
  }
}
