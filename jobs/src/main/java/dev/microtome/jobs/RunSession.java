package dev.microtome.jobs;

import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.SparkParts;
import dev.microtome.jobs.spark.SparkSessions;
import dev.microtome.jobs.spark.Verification;
import dev.microtome.run.DataFile;
import dev.microtome.run.FileStore;
import dev.microtome.run.Fingerprint;
import dev.microtome.run.Lease;
import dev.microtome.run.Manifest;
import dev.microtome.run.PartRecord;
import dev.microtome.run.RunDirectory;
import dev.microtome.table.TableSpec;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.spark.SparkContext;

/**
 * One attempt at one run, by the holder of the output's lease: new, or the continuation of one that
 * was killed.
 */
final class RunSession implements JobContext, Closeable {
  private final HadoopFileStore files;
  private final RunDirectory run;
  private final Manifest started;
  private final Lease lease;
  private final Job<?, ?> job;
  private final PrintStream out;
  private final Clock clock;
  private final Instant start;
  private final String staging;
  private final Map<Integer, PartRecord> parts = new TreeMap<>();
  private final List<Integer> computed = new ArrayList<>();
  private final Map<String, Number> metrics = new TreeMap<>();
  private boolean partsRun;
  private boolean finished;

  private RunSession(
      HadoopFileStore files,
      RunDirectory run,
      Manifest started,
      Lease lease,
      Job<?, ?> job,
      PrintStream out,
      Clock clock) {
    this.files = files;
    this.run = run;
    this.started = started;
    this.lease = lease;
    this.job = job;
    this.out = out;
    this.clock = clock;
    start = clock.instant();
    // Tasks of a driver that was killed may still write into their own folder for a while.
    staging = run.stagingPath(UUID.randomUUID().toString());
  }

  static RunSession open(
      HadoopFileStore files,
      String output,
      Manifest request,
      Lease lease,
      Job<?, ?> job,
      Plan<?> plan,
      PrintStream out,
      Clock clock)
      throws IOException {
    Fingerprint fingerprint = new Fingerprint(request.fingerprint());
    Optional<RunDirectory> killed = unfinished(files, output, fingerprint, request);
    RunDirectory run =
        killed.isPresent()
            ? killed.get()
            : RunDirectory.create(files, output, clock.instant(), fingerprint);
    Manifest manifest =
        killed.isPresent() ? killed.get().readManifest().orElseThrow() : request.withRun(run.id());
    RunSession session = new RunSession(files, run, manifest, lease, job, out, clock);
    try {
      if (killed.isPresent()) {
        session.resume(plan);
      } else {
        run.start(manifest);
        out.println("Run " + Summary.display(run.path()));
      }
      return session;
    } catch (IOException | RuntimeException e) {
      session.close();
      throw e;
    }
  }

  /** The run to continue: one that the same command began, with --force or without. */
  private static Optional<RunDirectory> unfinished(
      HadoopFileStore files, String output, Fingerprint fingerprint, Manifest request)
      throws IOException {
    for (RunDirectory run : RunDirectory.find(files, output, fingerprint)) {
      Optional<Manifest> manifest = run.readManifest();
      if (!run.succeeded()
          && manifest.isPresent()
          && manifest.get().parts() == request.parts()
          && manifest.get().forced() == request.forced()) {
        return Optional.of(run);
      }
    }
    return Optional.empty();
  }

  private void resume(Plan<?> plan) throws IOException {
    run.clearStaging();
    List<PartRecord> candidates = run.finishedParts();
    Set<PartRecord> whole =
        candidates.parallelStream()
            .filter(
                part ->
                    part.part() < plan.parts().size()
                        && part.files().stream()
                            .allMatch(file -> Verification.opens(files, run, file)))
            .collect(Collectors.toSet());
    for (PartRecord part : candidates) {
      if (whole.contains(part)) {
        parts.put(part.part(), part);
      } else {
        run.forget(part);
      }
    }
    out.println(
        "Resuming run %s: %d of %d parts are finished"
            .formatted(Summary.display(run.path()), parts.size(), plan.parts().size()));
  }

  @Override
  public <P extends Serializable> void runParts(Plan<P> plan, PartTask<P> task) {
    if (partsRun) {
      throw new IllegalStateException(job.name() + " runs its parts twice");
    }
    partsRun = true;
    List<Integer> todo =
        IntStream.range(0, plan.parts().size()).filter(i -> !parts.containsKey(i)).boxed().toList();
    if (todo.isEmpty()) {
      measure(plan.unit(), 0, Duration.ZERO);
      return;
    }
    long before = units();
    Instant begin = clock.instant();
    SparkContext spark = SparkSessions.context(job.name());
    try (Progress progress =
        new Progress(out, clock, job.name(), plan.unit(), plan.parts().size(), plan.totalUnits())) {
      progress.resumed(parts.size(), before);
      progress.show();
      new SparkParts(spark)
          .run(
              plan.parts(),
              todo,
              task,
              staging,
              "microtome " + job.name() + ": " + todo.size() + " parts",
              (part, staged) -> {
                lease.check();
                run.commit(part, staged);
                parts.put(part.part(), part);
                computed.add(part.part());
                progress.finished(part.units());
              },
              progress::running);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    measure(plan.unit(), units() - before, Duration.between(begin, clock.instant()));
  }

  private long units() {
    return parts.values().stream().mapToLong(PartRecord::units).sum();
  }

  /** Notes the work of the whole run and the rate of this attempt. */
  private void measure(String unit, long unitsHere, Duration time) {
    metrics.put(unit, units());
    metrics.put("parts-computed", computed.size());
    if (unitsHere > 0 && time.toMillis() > 0) {
      metrics.put(unit + "-per-second", Math.round(unitsHere * 10_000.0 / time.toMillis()) / 10.0);
    }
  }

  private void requireLease() throws IOException {
    if (!lease.isHeld()) {
      lease.check();
    }
  }

  /** Verifies what was written and makes the run a finished one. */
  JobOutcome finish() throws IOException {
    requireLease();
    run.clearStaging();
    List<PartRecord> records = List.copyOf(parts.values());
    run.removeStrays(
        job.tables().stream().map(TableSpec::name).collect(Collectors.toSet()), records);
    List<DataFile> written =
        records.stream()
            .flatMap(part -> part.files().stream())
            .sorted(Comparator.comparing(DataFile::path))
            .toList();
    Map<String, Manifest.Table> tables =
        written.isEmpty()
            ? Map.of()
            : Verification.tables(SparkSessions.context(job.name()), run, written);
    requireLease();
    Instant now = clock.instant();
    Manifest complete =
        started.completed(
            tables,
            Map.of(),
            metrics,
            Versions.all(),
            now.toString(),
            Duration.between(start, now).toMillis() / 1000.0);
    run.succeed(complete);
    finished = true;
    Summary.print(out, run, complete);
    return new JobOutcome(Optional.of(run.path()), computed.stream().sorted().toList(), false);
  }

  /**
   * Leaves an unfinished run as the next attempt wants it: without staging, and not at all if
   * nothing was committed.
   */
  @Override
  public void close() throws IOException {
    // Who took the lease over may be working in this very run.
    if (finished || !lease.isHeld()) {
      return;
    }
    try {
      run.clearStaging();
      if (parts.isEmpty()) {
        run.delete();
      } else {
        out.println(
            "Unfinished: %s keeps %d finished parts; the same command resumes it"
                .formatted(Summary.display(run.path()), parts.size()));
      }
    } catch (IOException e) {
      // What failed before is what the user must see.
      out.println("Cannot clean up " + FileStore.resolve(run.path(), "") + ": " + Reasons.of(e));
    }
  }
}
