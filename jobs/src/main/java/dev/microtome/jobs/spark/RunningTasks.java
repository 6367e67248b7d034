package dev.microtome.jobs.spark;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.apache.spark.scheduler.SparkListener;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.SparkListenerTaskEnd;
import org.apache.spark.scheduler.SparkListenerTaskStart;
import scala.jdk.javaapi.CollectionConverters;

/**
 * Counts the running tasks of one job group. Spark calls a job ended when it is cancelled, while
 * its tasks run on until they notice.
 */
final class RunningTasks extends SparkListener {
  private final String group;
  private final Duration beginning;
  private final Set<Integer> jobs = new HashSet<>();
  private final Set<Object> stages = new HashSet<>();
  private final Set<Long> tasks = new HashSet<>();
  private boolean started;

  /**
   * Counts nothing yet.
   *
   * @param beginning longest time between a job's failure and the news that it had begun: one that
   *     Spark refused (a task that cannot be serialised) never begins
   */
  RunningTasks(String group, Duration beginning) {
    this.group = group;
    this.beginning = beginning;
  }

  @Override
  public synchronized void onJobStart(SparkListenerJobStart start) {
    if (start.properties() != null
        && group.equals(start.properties().getProperty("spark.jobGroup.id"))) {
      started = true;
      jobs.add(start.jobId());
      stages.addAll(CollectionConverters.asJava(start.stageIds()));
      notifyAll();
    }
  }

  @Override
  public synchronized void onJobEnd(SparkListenerJobEnd end) {
    jobs.remove(end.jobId());
    notifyAll();
  }

  @Override
  public synchronized void onTaskStart(SparkListenerTaskStart start) {
    if (stages.contains(start.stageId())) {
      tasks.add(start.taskInfo().taskId());
    }
  }

  @Override
  public synchronized void onTaskEnd(SparkListenerTaskEnd end) {
    tasks.remove(end.taskInfo().taskId());
    notifyAll();
  }

  /**
   * Waits until no task of the group runs and its job, if it ever began, has ended.
   *
   * @return false when a task still runs after this time
   */
  synchronized boolean awaitNone(Duration time) throws InterruptedException {
    await(() -> started, beginning);
    return !started || await(() -> jobs.isEmpty() && tasks.isEmpty(), time);
  }

  private boolean await(BooleanSupplier condition, Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    while (!condition.getAsBoolean()) {
      long left = (end - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        return false;
      }
      wait(left);
    }
    return true;
  }
}
