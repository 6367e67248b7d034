package dev.microtome.jobs;

import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.Serializable;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.List;

/**
 * Another job, which dies where a test says: when it comes to a stage, or in a part of one. Its
 * executors are threads of this JVM.
 */
public abstract class KilledJob<C extends Record, P extends Serializable> implements Job<C, P> {
  /** What the stage of {@link JobContext#runParts} is called here. */
  public static final String PARTS = "parts";

  private static final int BEFORE_ALL = -1;
  private static volatile Place deadly = new Place("", BEFORE_ALL);

  private final Job<C, P> job;

  protected KilledJob(Job<C, P> job) {
    this.job = job;
  }

  private record Place(String stage, int part) {}

  /** Jobs die when they come to this stage from now on. */
  public static void dieBefore(String stage) {
    deadly = new Place(stage, BEFORE_ALL);
  }

  /** Jobs die from now on when the work of this part is done and nothing of it is kept yet. */
  public static void dieIn(String stage, int part) {
    deadly = new Place(stage, part);
  }

  /** Jobs live from now on. */
  public static void live() {
    dieBefore("");
  }

  @Override
  public final String name() {
    return "killed-" + job.name();
  }

  @Override
  public final String summary() {
    return "Dies";
  }

  @Override
  public final Class<C> configType() {
    return job.configType();
  }

  @Override
  public final List<TableSpec<?>> tables() {
    return job.tables();
  }

  @Override
  public final List<ArtifactSpec> artifacts() {
    return job.artifacts();
  }

  @Override
  public final Plan<P> plan(C config, Inputs inputs) {
    return job.plan(config, inputs);
  }

  @Override
  public final TaskMemory memory(C config, Plan<P> plan, Inputs inputs) {
    return job.memory(config, plan, inputs);
  }

  @Override
  public final void run(C config, Plan<P> plan, JobContext context) {
    JobContext mortal =
        (JobContext)
            Proxy.newProxyInstance(
                KilledJob.class.getClassLoader(),
                new Class<?>[] {JobContext.class},
                (proxy, method, arguments) -> {
                  String stage =
                      switch (method.getName()) {
                        case "runStage", "runOnDriver" -> (String) arguments[0];
                        case "runParts" -> PARTS;
                        default -> "none";
                      };
                  if (stage.equals(deadly.stage)) {
                    if (deadly.part == BEFORE_ALL) {
                      throw killed(stage);
                    }
                    int last = arguments.length - 1;
                    arguments[last] =
                        new Mortal<>((PartTask<?>) arguments[last], stage, deadly.part);
                  }
                  try {
                    return method.invoke(context, arguments);
                  } catch (InvocationTargetException e) {
                    throw e.getCause();
                  }
                });
    job.run(config, plan, mortal);
  }

  private static IllegalStateException killed(String stage) {
    return new IllegalStateException("killed at " + stage);
  }

  /** The task of a stage, which does not outlive a part. */
  private record Mortal<T extends Serializable>(PartTask<T> task, String stage, int last)
      implements PartTask<T> {
    @Override
    public long run(T part, PartContext context) throws IOException {
      long units = task.run(part, context);
      if (context.index() == last) {
        throw killed(stage);
      }
      return units;
    }
  }
}
