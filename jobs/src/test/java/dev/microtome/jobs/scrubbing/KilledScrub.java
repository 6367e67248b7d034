package dev.microtome.jobs.scrubbing;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.StageWatch;
import dev.microtome.table.TableSpec;
import java.util.List;

/** The job, which dies when it comes to a stage. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class KilledScrub implements Job<ScrubConfig, ScrubPart> {
  /** Name of the stage; empty: it lives. */
  static String killedAt = "";

  private final Scrub scrub = new Scrub();

  @Override
  public String name() {
    return "killed-scrub";
  }

  @Override
  public String summary() {
    return "Dies";
  }

  @Override
  public Class<ScrubConfig> configType() {
    return scrub.configType();
  }

  @Override
  public List<TableSpec<?>> tables() {
    return scrub.tables();
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return scrub.artifacts();
  }

  @Override
  public Plan<ScrubPart> plan(ScrubConfig config, Inputs inputs) {
    return scrub.plan(config, inputs);
  }

  @Override
  public TaskMemory memory(ScrubConfig config, Plan<ScrubPart> plan, Inputs inputs) {
    return scrub.memory(config, plan, inputs);
  }

  @Override
  public void run(ScrubConfig config, Plan<ScrubPart> plan, JobContext context) {
    JobContext mortal =
        StageWatch.over(
            context,
            (stage, unused) -> {
              if (stage.equals(killedAt)) {
                throw new IllegalStateException("killed at " + stage);
              }
            });
    scrub.run(config, plan, mortal);
  }
}
