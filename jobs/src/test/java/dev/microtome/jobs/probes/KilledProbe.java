package dev.microtome.jobs.probes;

import com.google.auto.service.AutoService;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.labels.LabelledPart;
import dev.microtome.table.TableSpec;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

/** The job, which dies when it comes to a stage. */
@AutoService(Job.class)
@SuppressWarnings("rawtypes") // a service is found by its erased type
public final class KilledProbe implements Job<TrainProbeConfig, LabelledPart> {
  /** Name of the stage; empty: it lives. */
  static String killedAt = "";

  private final TrainProbe job = new TrainProbe();

  @Override
  public String name() {
    return "killed-probe";
  }

  @Override
  public String summary() {
    return "Dies";
  }

  @Override
  public Class<TrainProbeConfig> configType() {
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
  public Plan<LabelledPart> plan(TrainProbeConfig config, Inputs inputs) {
    return job.plan(config, inputs);
  }

  @Override
  public void run(TrainProbeConfig config, Plan<LabelledPart> plan, JobContext context) {
    JobContext mortal =
        (JobContext)
            Proxy.newProxyInstance(
                getClass().getClassLoader(),
                new Class<?>[] {JobContext.class},
                (proxy, method, arguments) -> {
                  String stage =
                      switch (method.getName()) {
                        case "runStage", "runOnDriver" -> (String) arguments[0];
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
    job.run(config, plan, mortal);
  }
}
