package dev.microtome.jobs.spark;

import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import org.apache.spark.scheduler.AccumulableInfo;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerExecutorMetricsUpdate;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Adds up what running tasks report with their executors' heartbeats. A figure for the display:
 * attempts that fail are in it until they end.
 */
final class UnitsListener extends SparkListener {
  private final long accumulator;
  private final LongConsumer running;
  private final Map<Long, Long> unitsByTask = new HashMap<>();

  UnitsListener(long accumulator, LongConsumer running) {
    this.accumulator = accumulator;
    this.running = running;
  }

  @Override
  public synchronized void onExecutorMetricsUpdate(SparkListenerExecutorMetricsUpdate update) {
    CollectionConverters.asJava(update.accumUpdates())
        .forEach(
            task -> {
              for (AccumulableInfo info : CollectionConverters.asJava(task._4())) {
                if (info.id() == accumulator
                    && info.update().isDefined()
                    && info.update().get() instanceof Long units) {
                  unitsByTask.put((Long) task._1(), units);
                }
              }
            });
    tell();
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    if (unitsByTask.remove(end.taskInfo().taskId()) != null) {
      tell();
    }
  }

  private void tell() {
    running.accept(unitsByTask.values().stream().mapToLong(Long::longValue).sum());
  }
}
