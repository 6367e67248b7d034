package dev.microtome.jobs.erasers;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.StageWatch;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.labels.LabelledPart;
import dev.microtome.table.TableSpec;
import java.util.List;
import java.util.function.BiConsumer;

/** The job, whose stages a test sees. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class WatchedFitLeace implements Job<FitLeaceConfig, LabelledPart> {
  /** Is given each stage before it starts; what it throws ends the run. */
  static BiConsumer<String, Plan<?>> watch = (stage, plan) -> {};

  private final FitLeace job = new FitLeace();

  @Override
  public String name() {
    return "watched-fit-leace";
  }

  @Override
  public String summary() {
    return "Is watched";
  }

  @Override
  public Class<FitLeaceConfig> configType() {
    return job.configType();
  }

  @Override
  public List<TableSpec<?>> tables() {
    return job.tables();
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return job.artifacts();
  }

  @Override
  public Plan<LabelledPart> plan(FitLeaceConfig config, Inputs inputs) {
    return job.plan(config, inputs);
  }

  @Override
  public TaskMemory memory(FitLeaceConfig config, Plan<LabelledPart> plan, Inputs inputs) {
    return job.memory(config, plan, inputs);
  }

  @Override
  public void run(FitLeaceConfig config, Plan<LabelledPart> plan, JobContext context) {
    job.run(config, plan, StageWatch.over(context, watch));
  }
}
