package dev.microtome.jobs.scrubbing;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.table.TableSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

/** The job, which dies when it comes to a stage. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class KilledScrub implements Job<ScrubConfig, ScrubPart> {
  /** Name of the stage; empty: it lives. The stage without a name is called {@code losses}. */
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
        (JobContext)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {JobContext.class},
                (proxy, method, arguments) -> {
                  String stage =
                      switch (method.getName()) {
                        case "runStage", "runOnDriver" -> (String) arguments[0];
                        case "runParts" -> "losses";
                        default -> "none";
                      };
                  if (stage.equals(killedAt)) {
                    throw new IllegalStateException("killed at " + stage);
                  }
                  try {
                    return method.invoke(context, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    scrub.run(config, plan, mortal);
  }
}
