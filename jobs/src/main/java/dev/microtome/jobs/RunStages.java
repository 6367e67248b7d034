package dev.microtome.jobs;

import dev.microtome.jobs.spark.DriverPart;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.jobs.spark.PartPlaces;
import dev.microtome.jobs.spark.RelayFiles;
import dev.microtome.jobs.spark.SparkParts;
import dev.microtome.jobs.spark.SparkSessions;
import dev.microtome.jobs.spark.Verification;
import dev.microtome.run.DataFile;
import dev.microtome.run.Digest;
import dev.microtome.run.FileStore;
import dev.microtome.run.Lease;
import dev.microtome.run.PartRecord;
import dev.microtome.run.RunDirectory;
import dev.microtome.run.Secrets;
import dev.microtome.table.RowReader;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;

/** The stages of one attempt at a run: which parts are finished, and how the others become so. */
final class RunStages implements JobContext {
  private static final System.Logger LOG = System.getLogger(RunStages.class.getName());

  private final HadoopFileStore files;
  private final RunDirectory run;
  private final Lease lease;
  private final Job<?, ?> job;
  private final JobSteps steps;
  private final Reuse reuse;
  private final PrintStream out;
  private final Clock clock;
  private final StepPlace place;
  private final ParquetFiles tables;
  private final String staging;
  private final FinishedParts finished;
  private final Set<String> begun = new HashSet<>();
  private final List<Integer> computed = new ArrayList<>();
  private int taken;
  private final WorkDone work = new WorkDone();
  private final List<Consumer<String>> afterwards = new ArrayList<>();
  private final Set<String> warnings = new LinkedHashSet<>();

  RunStages(
      HadoopFileStore files,
      RunDirectory run,
      Lease lease,
      Job<?, ?> job,
      JobSteps steps,
      Reuse reuse,
      PrintStream out,
      Clock clock,
      StepPlace place) {
    this.place = place;
    this.steps = steps;
    this.reuse = reuse;
    this.files = files;
    this.run = run;
    this.lease = lease;
    this.job = job;
    finished = new FinishedParts(job);
    this.out = out;
    this.clock = clock;
    tables = new ParquetFiles(files);
    // Tasks of a driver that was killed may still write into their own folder for a while.
    staging = run.stagingPath(UUID.randomUUID().toString());
  }

  /** Takes up the parts that an earlier session finished. */
  void resume() throws IOException {
    for (String stage : run.stages()) {
      List<PartRecord> candidates = run.finishedParts(stage);
      Set<PartRecord> whole =
          candidates.parallelStream()
              .filter(
                  part ->
                      part.files().stream().allMatch(file -> Verification.opens(files, run, file)))
              .collect(Collectors.toSet());
      for (PartRecord part : candidates) {
        // What such a job has recorded is of the session that was killed.
        if (whole.contains(part) && !job.runsAnew()) {
          finished.keep(stage, part);
        } else {
          run.forget(stage, part);
        }
      }
    }
  }

  @Override
  public <P extends Serializable> void runParts(Plan<P> plan, PartTask<P> task) {
    run(RunDirectory.MAIN_STAGE, plan, task);
  }

  @Override
  public <P extends Serializable> void runStage(String stage, Plan<P> plan, PartTask<P> task) {
    run(requireName(stage), plan, task);
  }

  @Override
  public void runOnDriver(String stage, DriverTask task) {
    begin(requireName(stage), 1);
    if (!finished.of(stage).isEmpty()) {
      return;
    }
    try {
      DriverPart.run(files, places(stage), task, (part, staged) -> commit(stage, part, staged));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String requireName(String stage) {
    // "part" is what files of the stage without a name are called.
    if (!stage.matches("[a-z][a-z0-9_]*") || stage.equals("part")) {
      throw new IllegalArgumentException(
          "Invalid name of a stage: '" + stage + "' (must be snake_case and not 'part')");
    }
    return stage;
  }

  private PartPlaces places(String stage) {
    return new PartPlaces(stage, run.path(), staging, run.workPath());
  }

  private void begin(String stage, int parts) {
    if (!begun.add(stage)) {
      throw new IllegalStateException(
          job.name() + " runs " + (stage.isEmpty() ? "its parts" : "stage " + stage) + " twice");
    }
    Map<Integer, PartRecord> done = finished.of(stage);
    try {
      for (PartRecord part : List.copyOf(done.values())) {
        if (part.part() >= parts) {
          run.forget(stage, part);
          done.remove(part.part());
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (!done.isEmpty()) {
      out.println(
          "%s%d of %d parts are finished"
              .formatted(stage.isEmpty() ? "" : "Stage " + stage + ": ", done.size(), parts));
    }
  }

  private <P extends Serializable> void run(String stage, Plan<P> plan, PartTask<P> task) {
    begin(stage, plan.parts().size());
    List<Integer> open = finished.open(stage, plan.parts().size());
    List<Integer> todo = open;
    if (stage.equals(RunDirectory.MAIN_STAGE) && takeOver(open, plan)) {
      todo = finished.open(stage, plan.parts().size());
    }
    long before = finished.units(stage);
    Instant start = clock.instant();
    if (!todo.isEmpty()) {
      run(stage, plan, task, todo, before);
    }
    Duration time = todo.isEmpty() ? Duration.ZERO : Duration.between(start, clock.instant());
    work.add(plan.unit(), finished.units(stage), finished.units(stage) - before, time);
  }

  /** Takes parts over from the newest run; whether there were any. */
  private boolean takeOver(List<Integer> open, Plan<?> plan) {
    try {
      List<Reuse.Taken> parts = reuse.take(open, staging, SparkSessions.context(job.name()));
      for (Reuse.Taken part : parts) {
        lease.check();
        run.commit(RunDirectory.MAIN_STAGE, part.part(), part.staged());
        finished.keep(RunDirectory.MAIN_STAGE, part.part());
      }
      taken = parts.size();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (taken > 0) {
      long units = finished.units(RunDirectory.MAIN_STAGE);
      out.printf(
          Locale.ROOT,
          "%,d of %,d parts are taken over from %s: what they read has not changed%s%n",
          taken,
          plan.parts().size(),
          Summary.display(reuse.from()),
          plan.totalUnits() > 0
              ? String.format(
                  Locale.ROOT, " (%,d of %,d %s)", units, plan.totalUnits(), plan.unit())
              : "");
    }
    return taken > 0;
  }

  private <P extends Serializable> void run(
      String stage, Plan<P> plan, PartTask<P> task, List<Integer> todo, long before) {
    SparkContext spark = SparkSessions.context(job.name());
    String name = stage.isEmpty() ? job.name() : job.name() + " " + stage;
    try (Progress progress =
        new Progress(
            out, clock, name, place, plan.unit(), plan.parts().size(), plan.totalUnits())) {
      progress.resumed(finished.of(stage).size(), before);
      progress.show();
      new SparkParts(spark, job.name())
          .run(
              plan.parts(),
              todo,
              task,
              places(stage),
              "microtome " + name + ": " + todo.size() + " parts",
              (part, staged) -> {
                commit(stage, part, staged);
                progress.finished(part.units());
              },
              progress::running);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    if (finished.of(stage).size() < plan.parts().size()) {
      throw new IllegalStateException(
          "%s ended with %d of %d parts"
              .formatted(name, finished.of(stage).size(), plan.parts().size()));
    }
  }

  private void commit(String stage, PartRecord computedPart, List<String> staged)
      throws IOException {
    PartRecord part =
        stage.equals(RunDirectory.MAIN_STAGE)
            ? computedPart.withIdentity(reuse.identity(computedPart.part()))
            : computedPart;
    lease.check();
    finished.requireOwned(stage, part);
    run.commit(stage, part, staged);
    finished.keep(stage, part);
    computed.add(part.part());
  }

  @Override
  public TableInput written(TableSpec<?> table) {
    StringBuilder facts = new StringBuilder();
    List<TableInput.TableFile> list = new ArrayList<>();
    finished.records().stream()
        .flatMap(part -> part.files().stream())
        .filter(file -> file.table().equals(table.name()))
        .sorted(Comparator.comparing(DataFile::path))
        .forEach(
            file -> {
              list.add(
                  new TableInput.TableFile(
                      run.path(file.path()), file.rows(), file.bytes(), file.sha256()));
              facts.append(file.path()).append(' ').append(file.sha256()).append('\n');
            });
    return new TableInput(
        run.tablePath(table.name()), Digest.of(facts.toString()), list, table.metadata());
  }

  @Override
  public <R extends Record> void forEachRow(TableSpec<R> table, Consumer<R> action)
      throws IOException {
    for (TableInput.TableFile file : written(table).files()) {
      try (RowReader<R> rows = tables.read(file.path(), table.rowType())) {
        rows.forEachRemaining(action);
      }
    }
  }

  @Override
  public String output() {
    String path = run.path();
    return path.substring(0, path.lastIndexOf('/'));
  }

  @Override
  public void warn(String message) {
    if (warnings.add(message)) {
      LOG.log(System.Logger.Level.WARNING, Secrets.redacted(message));
    }
  }

  /** What the job has warned of. */
  List<String> warnings() {
    return List.copyOf(warnings);
  }

  @Override
  public PrintStream out() {
    return out;
  }

  @Override
  public Clock clock() {
    return clock;
  }

  @Override
  public JobSteps steps() {
    return steps;
  }

  @Override
  public void afterwards(Consumer<String> action) {
    afterwards.add(action);
  }

  /** Does what the job has asked for. */
  void afterwards(String run) {
    afterwards.forEach(action -> action.accept(run));
  }

  @Override
  public Relay relay() {
    return new RelayFiles(files, places(RunDirectory.MAIN_STAGE).relay());
  }

  @Override
  public FileStore files() {
    return files;
  }

  @Override
  public TableReader tables() {
    return tables;
  }

  /** The records of all finished parts. */
  List<PartRecord> records() {
    return finished.records();
  }

  /** Positions, within their stages, of the parts that this session computed. */
  List<Integer> computed() {
    return computed.stream().sorted().toList();
  }

  /** The work of the whole run and the rate of this session. */
  Map<String, Number> metrics() {
    Map<String, Number> metrics = new TreeMap<>();
    metrics.put("parts-computed", computed.size());
    if (taken > 0) {
      metrics.put("parts-taken-over", taken);
    }
    metrics.putAll(work.metrics());
    return metrics;
  }
}
