package dev.microtome.jobs;

import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.SparkSessions;
import dev.microtome.jobs.spark.Verification;
import dev.microtome.run.ArtifactFile;
import dev.microtome.run.DataFile;
import dev.microtome.run.FileStore;
import dev.microtome.run.Fingerprint;
import dev.microtome.run.InputException;
import dev.microtome.run.Lease;
import dev.microtome.run.Manifest;
import dev.microtome.run.PartRecord;
import dev.microtome.run.RejectedContentException;
import dev.microtome.run.RunDirectory;
import dev.microtome.table.TableSpec;
import java.io.Closeable;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.SparkContext;

/**
 * One attempt at one run, by the holder of the output's lease: new, or the continuation of one that
 * was killed.
 */
final class RunSession implements Closeable {
  private final RunDirectory run;
  private final Manifest started;
  private final Lease lease;
  private final Job<?, ?> job;
  private final PrintStream out;
  private final Clock clock;
  private final Instant start;
  private final RunStages stages;
  private boolean finished;
  private Optional<InputException> refusal = Optional.empty();

  /** Whether the session knows all parts of the run: else an empty list of them means nothing. */
  private boolean known;

  private RunSession(
      HadoopFileStore files,
      RunDirectory run,
      Manifest started,
      Lease lease,
      Job<?, ?> job,
      JobSteps steps,
      Reuse reuse,
      PrintStream out,
      Clock clock,
      StepPlace place) {
    this.run = run;
    this.started = started;
    this.lease = lease;
    this.job = job;
    this.out = out;
    this.clock = clock;
    start = clock.instant();
    stages = new RunStages(files, run, lease, job, steps, reuse, out, clock, place);
  }

  static RunSession open(
      HadoopFileStore files,
      String output,
      Manifest request,
      Lease lease,
      Job<?, ?> job,
      JobSteps steps,
      Reuse reuse,
      PrintStream out,
      Clock clock,
      StepPlace place)
      throws IOException {
    Fingerprint fingerprint = new Fingerprint(request.fingerprint());
    Optional<RunDirectory> killed = unfinished(files, output, fingerprint, request);
    RunDirectory run =
        killed.isPresent()
            ? killed.get()
            : RunDirectory.create(files, output, clock.instant(), fingerprint);
    Manifest manifest =
        killed.isPresent() ? killed.get().readManifest().orElseThrow() : request.withRun(run.id());
    RunSession session =
        new RunSession(files, run, manifest, lease, job, steps, reuse, out, clock, place);
    try {
      if (killed.isPresent()) {
        session.resume();
        session.known = true;
      } else {
        session.known = true;
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

  private void resume() throws IOException {
    run.clearStaging();
    out.println("Resuming run " + Summary.display(run.path()));
    stages.resume();
  }

  /** What the job works with. */
  JobContext context() {
    return stages;
  }

  /** Remembers why the run ends without being finished. */
  void refused(InputException e) {
    refusal = Optional.of(e);
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
    List<PartRecord> records = stages.records();
    run.removeStrays(
        Stream.concat(
                job.tables().stream().map(TableSpec::name),
                job.artifacts().stream().map(ArtifactSpec::name))
            .collect(Collectors.toSet()),
        records);
    List<DataFile> written =
        records.stream()
            .flatMap(part -> part.files().stream())
            .filter(file -> !TableSpec.isInternal(file.table()))
            .sorted(Comparator.comparing(DataFile::path))
            .toList();
    List<ArtifactFile> artifacts =
        records.stream()
            .flatMap(part -> part.artifacts().stream())
            .sorted(Comparator.comparing(ArtifactFile::path))
            .toList();
    SparkContext spark = SparkSessions.context(job.name());
    Map<String, Manifest.Table> tables = Verification.tables(spark, run, written);
    Map<String, Manifest.Artifact> verified = Verification.artifacts(spark, run, artifacts);
    requireLease();
    Instant now = clock.instant();
    Manifest complete =
        started
            .completed(
                tables,
                verified,
                stages.metrics(),
                Versions.all(),
                now.toString(),
                Duration.between(start, now).toMillis() / 1000.0)
            .withWarnings(stages.warnings());
    run.succeed(complete);
    finished = true;
    Summary.print(out, run, complete);
    return new JobOutcome(Optional.of(run.path()), stages.computed(), false);
  }

  /** Does what the job has asked for once the run is finished. */
  void afterwards() {
    stages.afterwards(run.path());
  }

  /**
   * Leaves an unfinished run as the next attempt wants it: without staging, and not at all if
   * nothing was committed or saved, or if what it was refused for is bound to its inputs and its
   * configuration ({@link RejectedContentException}): no attempt could ever finish it. Refused for
   * anything else it keeps its parts, as after a failure, and a training that diverged keeps its
   * checkpoints.
   */
  @Override
  public void close() throws IOException {
    // Who took the lease over may be working in this very run.
    if (finished || !lease.isHeld()) {
      return;
    }
    try {
      run.clearStaging();
      if (!known) {
        return;
      }
      int parts = stages.records().size();
      boolean hopeless = refusal.filter(RejectedContentException.class::isInstance).isPresent();
      if (hopeless || (parts == 0 && !run.hasWork())) {
        run.delete();
      } else {
        out.println(
            "Unfinished: %s keeps %s%s; %s"
                .formatted(
                    Summary.display(run.path()),
                    parts == 1 ? "1 finished part" : parts + " finished parts",
                    run.hasWork() ? " and the state of others" : "",
                    refusal.isPresent()
                        ? "once it is not refused any more, the same command resumes it"
                        : "the same command resumes it"));
      }
    } catch (IOException e) {
      // What failed before is what the user must see.
      out.println("Cannot clean up " + FileStore.resolve(run.path(), "") + ": " + Reasons.of(e));
    }
  }
}
