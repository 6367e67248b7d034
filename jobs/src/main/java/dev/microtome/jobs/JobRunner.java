package dev.microtome.jobs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.config.ConfigException;
import dev.microtome.config.ConfigReader;
import dev.microtome.config.InputPath;
import dev.microtome.config.ResolvedConfig;
import dev.microtome.config.UsageException;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.run.Fingerprint;
import dev.microtome.run.InputException;
import dev.microtome.run.Lease;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Serializable;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Runs a job the way all jobs run: configuration, plan, fingerprint, "up to date", lease, resume,
 * parts, verification, manifest, {@code _SUCCESS}, {@code latest}, summary.
 */
public final class JobRunner {
  /** Marks the paths among the texts of a configuration; no path has this character. */
  private static final String PATH = "\0";

  /** What a configuration file calls the folder of the runs: <code>${output}</code>. */
  private static final String OUTPUT = "output";

  private final HadoopFileStore files;
  private final PrintStream out;
  private final Clock clock;
  private final StepPlace place;

  /**
   * Makes a runner.
   *
   * @param out where plan, progress and summary are printed
   */
  public JobRunner(HadoopFileStore files, PrintStream out, Clock clock) {
    this(files, out, clock, StepPlace.ALONE);
  }

  private JobRunner(HadoopFileStore files, PrintStream out, Clock clock, StepPlace place) {
    this.files = files;
    this.out = out;
    this.clock = clock;
    this.place = place;
  }

  /**
   * The same runner for a job inside another.
   *
   * @param step where in that one it is, for the progress display
   */
  JobRunner at(StepPlace step) {
    return new JobRunner(files, out, clock, step);
  }

  /**
   * Does what the command line asks.
   *
   * @throws UsageException when the request itself makes no sense
   * @throws InputException when the user's configuration or input is refused
   * @throws IOException when a file system or a part failed; what was finished is kept for the next
   *     attempt
   */
  public <C extends Record, P extends Serializable> JobOutcome run(
      Job<C, P> job, RunRequest request) throws IOException {
    if (request.output().isEmpty() && !request.mode().isDry()) {
      throw new UsageException("Missing option --output: the folder for the runs of " + job.name());
    }
    if (request.output().isPresent()) {
      qualify("--output", request.output().get());
    }
    ResolvedConfig<C> config =
        ConfigReader.read(
            job.configType(),
            request.config(),
            request.sets(),
            request.output().map(folder -> Map.of(OUTPUT, folder)).orElse(Map.of()),
            files);
    return run(job, config, request.output(), request.mode());
  }

  /** Does the same with a configuration that is read already. */
  <C extends Record, P extends Serializable> JobOutcome run(
      Job<C, P> job, ResolvedConfig<C> config, Optional<String> folder, RunRequest.Mode mode)
      throws IOException {
    requirePaths("", config.json(path -> PATH + path.value()));
    JobSteps steps = new RunnerSteps(this, files, mode);
    RunInputs inputs = new RunInputs(files, folder, steps);
    out.println(Versions.banner() + " · " + job.name());
    Plan<P> plan = plan(job, config, inputs);
    if (mode.isDry()) {
      MemoryEstimate memory = memory(job, config, plan, inputs);
      PlanReport.print(out, config.json(), inputs.records(), plan, job, memory);
      job.outline(config.value(), plan, inputs).forEach(out::println);
      out.println("Dry run: nothing was written");
      return new JobOutcome(Optional.empty(), List.of(), false);
    }
    Fingerprint fingerprint = fingerprint(job, config, inputs);
    String output = qualify("--output", folder.orElseThrow());
    boolean force = mode.isForced() || job.runsAnew();
    if (!force) {
      Optional<RunDirectory> done = upToDate(output, fingerprint);
      if (done.isPresent() && !done.get().shouldBeLatest()) {
        return reportUpToDate(done.get());
      }
    }
    boolean existed = exists(output);
    RunSession ended;
    JobOutcome outcome;
    try (Lease lease = lease(output)) {
      // Another process may have finished the same run while this one planned.
      Optional<RunDirectory> done = force ? Optional.empty() : upToDate(output, fingerprint);
      if (done.isPresent()) {
        if (done.get().shouldBeLatest()) {
          done.get().becomeLatest();
        }
        return reportUpToDate(done.get());
      }
      lease.keepAlive();
      Manifest started = manifest(job, config, inputs, fingerprint, plan, force);
      String shared = shared(job, config, inputs, plan);
      Reuse reuse =
          mode.isForced()
              ? Reuse.ofNothing(plan.identities(), shared)
              : Reuse.of(files, output, plan.identities(), shared);
      try (RunSession session =
          RunSession.open(files, output, started, lease, job, steps, reuse, out, clock, place)) {
        outcome = finish(job, config.value(), plan, session);
        ended = session;
      }
    } finally {
      if (!existed) {
        removeIfEmpty(output);
      }
    }
    // Without the lease: a night cleans its own output, too.
    ended.afterwards();
    return outcome;
  }

  private static <C extends Record> Fingerprint fingerprint(
      Job<C, ?> job, ResolvedConfig<C> config, RunInputs inputs) {
    return Fingerprint.of(
        job.name(), Versions.microtome(), config.json(inputs::digest), inputs.records());
  }

  /** What all parts follow from: the fingerprint without what their identities tell apart. */
  private static <C extends Record> String shared(
      Job<C, ?> job, ResolvedConfig<C> config, RunInputs inputs, Plan<?> plan) {
    Set<InputPath> told = plan.identities().told();
    return Fingerprint.of(
            job.name(),
            Versions.microtome(),
            config.json(path -> told.contains(path) ? "" : inputs.digest(path)),
            inputs.recordsWithout(told))
        .sha256();
  }

  /** What {@link #run} would do now: plans, and looks for the run that it would make. */
  <C extends Record, P extends Serializable> Forecast forecast(
      Job<C, P> job, ResolvedConfig<C> config, String output, RunRequest.Mode mode)
      throws IOException {
    RunInputs inputs =
        new RunInputs(files, Optional.of(output), new RunnerSteps(this, files, mode));
    Plan<P> plan = plan(job, config, inputs);
    boolean upToDate =
        !mode.isForced()
            && !job.runsAnew()
            && upToDate(output, fingerprint(job, config, inputs)).isPresent();
    List<String> reasons =
        upToDate ? List.of() : new Changes(files).since(output, config.json(), inputs.records());
    return new Forecast(
        upToDate,
        reasons,
        plan.parts().size(),
        plan.estimatedRows(),
        plan.estimatedBytes(),
        memory(job, config, plan, inputs).brief());
  }

  private static <C extends Record, P extends Serializable> MemoryEstimate memory(
      Job<C, P> job, ResolvedConfig<C> config, Plan<P> plan, RunInputs inputs) {
    return MemoryEstimate.of(
        config.json(), inputs.modelFiles(), job.memory(config.value(), plan, inputs));
  }

  private static <C extends Record, P extends Serializable> JobOutcome finish(
      Job<C, P> job, C config, Plan<P> plan, RunSession session) throws IOException {
    try {
      job.run(config, plan, session.context());
      return session.finish();
    } catch (InputException e) {
      session.refused(e);
      throw e;
    }
  }

  /** Takes a folder back that only the lease had made, once a run is refused. */
  private void removeIfEmpty(String output) {
    try {
      if (files.exists(output) && files.list(output).isEmpty()) {
        files.deleteEmptyFolder(output);
      }
    } catch (IOException e) {
      // Another process has just begun there, or the file system fails: the run has ended as it
      // has.
      out.println("Cannot remove the empty folder " + output + ": " + Reasons.of(e));
    }
  }

  private static <C extends Record, P extends Serializable> Plan<P> plan(
      Job<C, P> job, ResolvedConfig<C> config, RunInputs inputs) {
    try {
      return job.plan(config.value(), inputs);
    } catch (ConfigException e) {
      throw config.located(e);
    }
  }

  /**
   * Refuses paths of the configuration that no file system can have, by the names of their keys.
   */
  private void requirePaths(String key, JsonNode node) {
    if (node.isTextual() && node.textValue().startsWith(PATH)) {
      qualify(key, node.textValue().substring(PATH.length()));
    }
    node.properties()
        .forEach(
            entry ->
                requirePaths(
                    key.isEmpty() ? entry.getKey() : key + "." + entry.getKey(), entry.getValue()));
    if (node.isArray()) {
      node.forEach(element -> requirePaths(key, element));
    }
  }

  private String qualify(String option, String path) {
    if (path.isBlank()) {
      throw new InputException(option + ": a path is needed, found \"" + path + "\"");
    }
    try {
      return files.qualify(path);
    } catch (IOException | IllegalArgumentException e) {
      String reason = e instanceof IOException io ? Reasons.of(io) : e.getMessage();
      throw new InputException(option + ": " + path + ": " + reason, e);
    }
  }

  private JobOutcome reportUpToDate(RunDirectory run) throws IOException {
    out.println("Up to date: nothing was computed. Use --force for a new run");
    run.readManifest().ifPresent(manifest -> Summary.print(out, run, manifest));
    return new JobOutcome(Optional.of(run.path()), List.of(), true);
  }

  private Optional<RunDirectory> upToDate(String output, Fingerprint fingerprint)
      throws IOException {
    try {
      for (RunDirectory run : RunDirectory.find(files, output, fingerprint)) {
        if (run.succeeded()) {
          Optional<String> damage = run.damage();
          if (damage.isEmpty()) {
            return Optional.of(run);
          }
          out.println("Run " + run.id() + " is damaged and will not be used: " + damage.get());
        }
      }
      return Optional.empty();
    } catch (IOException e) {
      throw new InputException("Cannot read output " + output + ": " + Reasons.of(e), e);
    }
  }

  private boolean exists(String output) {
    try {
      return files.exists(output);
    } catch (IOException e) {
      throw new InputException("Cannot read output " + output + ": " + Reasons.of(e), e);
    }
  }

  private Lease lease(String output) {
    try {
      return Lease.acquire(files, output, clock);
    } catch (IOException e) {
      throw new InputException("Cannot write to output " + output + ": " + Reasons.of(e), e);
    }
  }

  private <C extends Record, P extends Serializable> Manifest manifest(
      Job<C, P> job,
      ResolvedConfig<C> config,
      RunInputs inputs,
      Fingerprint fingerprint,
      Plan<P> plan,
      boolean force) {
    JsonNode json = config.json();
    Map<String, JsonNode> seeds = new TreeMap<>();
    collectSeeds("", json, seeds);
    return Manifest.started(
        job.name(),
        force,
        fingerprint,
        json,
        inputs.records(),
        seeds,
        Versions.all(),
        plan.parts().size(),
        clock.instant().toString());
  }

  /** Elements of a list are told apart by their names, or counted. */
  private static void collectSeeds(String prefix, JsonNode node, Map<String, JsonNode> seeds) {
    for (int i = 0; node.isArray() && i < node.size(); i++) {
      String name = node.get(i).path("name").asText(Integer.toString(i));
      collectSeeds(prefix + name + ".", node.get(i), seeds);
    }
    node.properties()
        .forEach(
            entry -> {
              String key = prefix + entry.getKey();
              if (entry.getKey().matches("(.*-)?seeds?")) {
                if (!entry.getValue().isNull()) {
                  seeds.put(key, entry.getValue());
                }
              } else {
                collectSeeds(key + ".", entry.getValue(), seeds);
              }
            });
  }
}
