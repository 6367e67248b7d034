package dev.microtome.jobs;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.function.BiConsumer;

/** Sees the stages of a run before they start. */
public final class StageWatch {
  /** Name of the stage without one. */
  public static final String PARTS = "parts";

  private StageWatch() {}

  /**
   * The same context, which tells of every stage first.
   *
   * @param watch is given its name and its plan, null of a stage on the driver; what it throws ends
   *     the run
   */
  public static JobContext over(JobContext context, BiConsumer<String, Plan<?>> watch) {
    return (JobContext)
        Proxy.newProxyInstance(
            StageWatch.class.getClassLoader(),
            new Class<?>[] {JobContext.class},
            (proxy, method, arguments) -> {
              switch (method.getName()) {
                case "runParts" -> watch.accept(PARTS, (Plan<?>) arguments[0]);
                case "runStage" -> watch.accept((String) arguments[0], (Plan<?>) arguments[1]);
                case "runOnDriver" -> watch.accept((String) arguments[0], null);
                default -> {}
              }
              try {
                return method.invoke(context, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
  }
}
