package dev.microtome.jobs;

import dev.microtome.run.LocalFileStore;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import java.io.PrintStream;
import java.util.Locale;
import java.util.Map;

/** The last words of a run: where its tables are, how large, and how to open them. */
final class Summary {
  private Summary() {}

  static void print(PrintStream out, RunDirectory run, Manifest manifest) {
    long rows = manifest.tables().values().stream().mapToLong(Manifest.Table::rows).sum();
    long bytes =
        manifest.tables().values().stream().mapToLong(Manifest.Table::bytes).sum()
            + manifest.artifacts().values().stream().mapToLong(Manifest.Artifact::bytes).sum();
    out.println();
    out.printf(
        Locale.ROOT,
        "%s: %,d rows, %s in %.1f s%n",
        display(run.path()),
        rows,
        Progress.Amounts.bytes(bytes),
        manifest.wallSeconds());
    for (Map.Entry<String, Manifest.Table> entry : manifest.tables().entrySet()) {
      Manifest.Table table = entry.getValue();
      out.printf(
          Locale.ROOT,
          "  %s: %,d rows, %s, %s%n",
          entry.getKey(),
          table.rows(),
          Progress.Amounts.bytes(table.bytes()),
          files(table.files().size()));
      out.println("    " + opening(run.tablePath(entry.getKey())));
    }
    for (Map.Entry<String, Manifest.Artifact> entry : manifest.artifacts().entrySet()) {
      out.printf(
          Locale.ROOT,
          "  %s: %s, %s%n    %s%n",
          entry.getKey(),
          files(entry.getValue().files().size()),
          Progress.Amounts.bytes(entry.getValue().bytes()),
          display(run.path(entry.getKey())));
    }
    manifest.metrics().forEach((name, value) -> out.println("  " + name + " = " + value));
    manifest.warnings().forEach(warning -> out.println("  Warning: " + warning));
  }

  private static String files(int count) {
    return String.format(Locale.ROOT, count == 1 ? "%,d file" : "%,d files", count);
  }

  /** A line of Python that opens a table; DuckDB knows local paths, Spark those of Hadoop. */
  static String opening(String table) {
    String path = display(table).replace("\\", "\\\\").replace("\"", "\\\"");
    return LocalFileStore.localPath(table).isPresent()
        ? "import duckdb; duckdb.read_parquet(\"%s/*.parquet\")".formatted(path)
        : "from pyspark.sql import SparkSession; SparkSession.builder.getOrCreate().read.parquet(\"%s\")"
            .formatted(path);
  }

  /** A path as people and notebooks write it: plain where it is local. */
  static String display(String path) {
    return LocalFileStore.localPath(path).map(Object::toString).orElse(path);
  }
}
