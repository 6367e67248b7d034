package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Properties;
import org.apache.spark.scheduler.JobSucceeded$;
import org.apache.spark.scheduler.SparkListenerJobEnd;
import org.apache.spark.scheduler.SparkListenerJobStart;
import org.apache.spark.scheduler.StageInfo;
import org.junit.jupiter.api.Test;
import scala.jdk.javaapi.CollectionConverters;

class RunningTasksTest {
  private final RunningTasks tasks = new RunningTasks("ours", Duration.ZERO);

  private void start(int job, String group) {
    Properties properties = new Properties();
    properties.setProperty("spark.jobGroup.id", group);
    tasks.onJobStart(
        new SparkListenerJobStart(
            job, 0, CollectionConverters.asScala(List.<StageInfo>of()).toSeq(), properties));
  }

  @Test
  void aJobThatNeverBeganIsNotWaitedFor() throws InterruptedException {
    assertThat(tasks.awaitNone(Duration.ofDays(1))).isTrue();
    start(1, "another's");
    assertThat(tasks.awaitNone(Duration.ofDays(1))).isTrue();
  }

  @Test
  void aJobThatBeganIsWaitedFor() throws InterruptedException {
    start(1, "ours");
    assertThat(tasks.awaitNone(Duration.ZERO)).isFalse();
    tasks.onJobEnd(new SparkListenerJobEnd(1, 0, JobSucceeded$.MODULE$));
    assertThat(tasks.awaitNone(Duration.ZERO)).isTrue();
  }
}
