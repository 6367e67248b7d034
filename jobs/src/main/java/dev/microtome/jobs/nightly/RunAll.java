package dev.microtome.jobs.nightly;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Cleaning;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.StepsFailedException;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.run.InputException;
import dev.microtome.run.Secrets;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** The job {@code run-all}. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class RunAll implements Job<RunAllConfig, String> {
  static final TableSpec<PipelineRow> PIPELINE =
      TableSpec.of("pipeline", PipelineRow.class, "A step of the night and how it went.");

  private static final ArtifactSpec SUMMARY =
      new ArtifactSpec("summary", "summary.txt", "The same in words, for people.");

  /** For {@code ServiceLoader}. */
  public RunAll() {}

  @Override
  public String name() {
    return "run-all";
  }

  @Override
  public String summary() {
    return "run a list of jobs, each if what it reads has changed";
  }

  @Override
  public Class<RunAllConfig> configType() {
    return RunAllConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(PIPELINE);
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(SUMMARY);
  }

  /** Steps have their own "up to date"; that they were looked at is what a night records. */
  @Override
  public boolean runsAnew() {
    return true;
  }

  @Override
  public Plan<String> plan(RunAllConfig config, Inputs inputs) {
    List<NightStep> steps = steps(config, inputs);
    return new Plan<>(
        steps.stream().filter(NightStep::runs).map(NightStep::name).toList(),
        "steps",
        steps.stream().filter(NightStep::runs).count(),
        config.jobs().size(),
        -1);
  }

  private static List<NightStep> steps(RunAllConfig config, Inputs inputs) {
    String output =
        inputs
            .output()
            .orElseThrow(
                () ->
                    new InputException(
                        "run-all needs --output also with --dry-run: the folder of its steps"));
    return NightSteps.of(config, output, inputs.steps(), inputs.files());
  }

  @Override
  public List<String> outline(RunAllConfig config, Plan<String> plan, Inputs inputs) {
    List<NightStep> steps = steps(config, inputs);
    List<String> lines = new ArrayList<>(new NightPlan(steps).lines());
    if (config.retention().keep().isPresent() && config.selectsAll()) {
      int keep = config.retention().keep().get();
      try {
        String output = inputs.output().orElseThrow();
        Cleaning.Report old =
            new Cleaning(inputs.files(), keep).of(outputs(steps, output)).forecast(output);
        lines.add("Old runs: %d of each step are kept".formatted(keep));
        old.goneLines().forEach(line -> lines.add("  " + line));
        lines.add("  and where a step makes a new run, the oldest of those kept");
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return lines;
  }

  @Override
  public TaskMemory memory(RunAllConfig config, Plan<String> plan, Inputs inputs) {
    return TaskMemory.steady("steps have their own, as below");
  }

  @Override
  public void run(RunAllConfig config, Plan<String> plan, JobContext context) {
    List<NightStep> steps =
        NightSteps.of(config, context.output(), context.steps(), context.files());
    Night night = new Night(context.files(), context.out(), context.clock(), LastNight.of(context));
    List<PipelineRow> rows = night.run(steps);
    NightSummary summary = new NightSummary(rows);
    context.runOnDriver(
        "pipeline",
        output -> {
          try (RowWriter<PipelineRow> writer = output.writer(PIPELINE, "")) {
            for (PipelineRow row : rows) {
              writer.write(row);
            }
          }
          try (OutputStream file = output.artifact("summary/summary.txt")) {
            file.write(summary.text().getBytes(StandardCharsets.UTF_8));
          }
        });
    context.afterwards(
        run -> {
          context.out().println();
          context.out().print(summary.text());
          if (summary.well() && config.selectsAll()) {
            config.retention().keep().ifPresent(keep -> clean(keep, steps, context));
          }
          new Notifier(config.notification(), context.out()).tell(summary, run);
          if (!summary.well()) {
            String message = summary.headline() + ". " + reasons(summary);
            throw night.broken() ? new StepsFailedException(message) : new InputException(message);
          }
        });
  }

  /** That it could not clean does not make the night a failure. */
  private static void clean(int keep, List<NightStep> steps, JobContext context) {
    try {
      Cleaning.Report report =
          new Cleaning(context.files(), keep)
              .of(outputs(steps, context.output()))
              .remove(context.output(), context.clock());
      report.goneLines().forEach(context.out()::println);
      report.busy().forEach(why -> context.out().println("not cleaned: " + why));
    } catch (IOException | InputException e) {
      context.out().println("not cleaned: " + Secrets.redacted(String.valueOf(e.getMessage())));
    }
  }

  /** Folders whose runs a night makes: what else lies beside them is not its to remove. */
  private static List<String> outputs(List<NightStep> steps, String output) {
    return Stream.concat(Stream.of(output), steps.stream().map(step -> step.job().output()))
        .toList();
  }

  private static String reasons(NightSummary summary) {
    return String.join(
        " | ", summary.unwell().stream().map(row -> row.step() + ": " + row.message()).toList());
  }
}
