package dev.microtome.jobs.spark;

import dev.microtome.jobs.PartTask;
import dev.microtome.run.InputException;
import dev.microtome.run.PartRecord;
import dev.microtome.run.PartRefusedException;
import java.io.IOException;
import java.io.Serializable;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;
import org.apache.spark.SparkContext;
import org.apache.spark.SparkException;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.rdd.RDD;
import org.apache.spark.util.LongAccumulator;
import scala.jdk.javaapi.CollectionConverters;
import scala.reflect.ClassTag$;
import scala.runtime.AbstractFunction2;
import scala.runtime.BoxedUnit;

/**
 * Sends parts over the cluster, one task each, in order, and commits each as it comes back. Spark
 * hands over one result for each part, whatever was tried again or twice; only then do its files
 * count. The commits are made by one thread of the driver.
 */
public final class SparkParts {
  /** Longest wait for tasks that were told to stop: they look between batches. */
  private static final Duration STOPPING = Duration.ofMinutes(1);

  /** Longest wait for Spark's news, milliseconds late as a rule, that a failed job had begun. */
  private static final Duration BEGINNING = Duration.ofSeconds(5);

  private final SparkContext spark;
  private final String job;

  /**
   * Makes the way to a cluster.
   *
   * @param job its name, which log lines of its tasks have
   */
  public SparkParts(SparkContext spark, String job) {
    this.spark = spark;
    this.job = job;
  }

  /** Commits one finished attempt: the files at the staged paths become the part's files. */
  @FunctionalInterface
  public interface Commit {
    void commit(PartRecord part, List<String> staged) throws IOException;
  }

  /**
   * Runs the task on the parts of these positions; returns when all are committed.
   *
   * @param places where attempts work
   * @param name what the Spark UI shows
   * @param progress told, now and then, how many units the running and finished attempts of this
   *     call have reported
   * @throws InputException when a task refuses its input: nothing is tried again
   * @throws PartRefusedException when tasks refused their own part alone, after all others
   * @throws PartFailedException when a part failed as often as Spark's settings allow
   */
  public <P extends Serializable> void run(
      List<P> parts,
      List<Integer> positions,
      PartTask<P> task,
      PartPlaces places,
      String name,
      Commit commit,
      LongConsumer progress)
      throws IOException {
    List<IndexedPart<P>> work = new ArrayList<>();
    positions.forEach(i -> work.add(new IndexedPart<>(i, parts.get(i))));
    String group = "microtome-" + System.nanoTime();
    RDD<IndexedPart<P>> rdd =
        JavaSparkContext.fromSparkContext(spark).parallelize(work, work.size()).rdd();
    LongAccumulator units = spark.longAccumulator("microtome.units");
    UnitsListener listener = new UnitsListener(units.id(), progress);
    RunningTasks running = new RunningTasks(group, BEGINNING);
    Committer committer = new Committer(commit, work.size(), () -> spark.cancelJobGroup(group));
    List<Object> partitions = new ArrayList<>();
    for (int i = 0; i < work.size(); i++) {
      partitions.add(i);
    }
    spark.addSparkListener(listener);
    spark.addSparkListener(running);
    spark.setJobGroup(group, name, /* interruptOnCancel= */ false);
    spark.setLocalProperty(LogLines.JOB, job);
    spark.setLocalProperty(LogLines.RUN, places.run());
    try {
      spark.runJob(
          rdd,
          new PartAttempt<>(task, places, units),
          CollectionConverters.asScala(partitions).toSeq(),
          committer,
          ClassTag$.MODULE$.apply(PartResult.class));
      committer.finish();
    } catch (Exception e) {
      awaitTasks(running);
      // Scala does not declare what it throws: SparkException is a checked one.
      committer.finishAfter(e);
    } finally {
      spark.removeSparkListener(running);
      spark.clearJobGroup();
      spark.setLocalProperty(LogLines.JOB, null);
      spark.setLocalProperty(LogLines.RUN, null);
      spark.removeSparkListener(listener);
    }
  }

  /** The caller may delete the folder in which tasks write. */
  private void awaitTasks(RunningTasks running) {
    try {
      if (!spark.isStopped() && !running.awaitNone(STOPPING)) {
        System.getLogger(SparkParts.class.getName())
            .log(
                System.Logger.Level.WARNING,
                "tasks of the run did not stop within {0} s",
                STOPPING.toSeconds());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Commits results on a thread of its own: Spark calls it from its scheduler, which must not wait
   * for a file system.
   */
  private static final class Committer extends AbstractFunction2<Object, PartResult, BoxedUnit> {
    private final ExecutorService thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread committing = new Thread(task, "part-committer");
              committing.setDaemon(true);
              return committing;
            });
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private final Queue<String> refusedParts = new ConcurrentLinkedQueue<>();
    private final Commit commit;
    private final AtomicInteger expected;
    private final Runnable cancel;

    Committer(Commit commit, int parts, Runnable cancel) {
      this.commit = commit;
      expected = new AtomicInteger(parts);
      this.cancel = cancel;
    }

    @Override
    public BoxedUnit apply(Object position, PartResult result) {
      expected.decrementAndGet();
      thread.execute(
          () -> {
            if (failure.get() != null) {
              return;
            }
            try {
              if (result.refusal() != null) {
                throw result.refusal().exception();
              }
              commit.commit(result.toRecord(), result.stagedPaths());
            } catch (PartRefusedException e) {
              refusedParts.add(e.getMessage());
            } catch (Throwable e) { // an Error too: the part is not committed
              failure.set(e);
              // After the last result the job has ended by itself.
              if (expected.get() > 0) {
                cancel.run();
              }
            }
          });
      return BoxedUnit.UNIT;
    }

    /** Waits for the commits of all results that came back. */
    void finish() throws IOException {
      awaitCommits();
      if (!refusedParts.isEmpty()) {
        throw new PartRefusedException(
            refusedParts.stream().sorted().collect(Collectors.joining("; ")));
      }
    }

    private void awaitCommits() throws IOException {
      thread.shutdown();
      try {
        while (!thread.awaitTermination(1, TimeUnit.MINUTES)) {
          if (Thread.currentThread().isInterrupted()) {
            break;
          }
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IOException("stopped while committing", e);
      }
      Throwable e = failure.get();
      if (e instanceof InputException refusal) {
        throw refusal;
      } else if (e != null) {
        throw new IOException("Cannot commit a part: " + e.getMessage(), e);
      }
    }

    void finishAfter(Exception thrown) throws IOException {
      awaitCommits();
      if (thrown instanceof PartRefusedException refused) {
        throw refused;
      }
      for (Throwable cause = thrown; cause != null; cause = cause.getCause()) {
        if (cause instanceof PartFailedException failed) {
          throw failed;
        }
      }
      if (thrown instanceof SparkException) {
        throw new IOException(
            String.valueOf(thrown.getMessage()).lines().findFirst().orElse(""), thrown);
      }
      throw new IllegalStateException(thrown);
    }
  }
}
