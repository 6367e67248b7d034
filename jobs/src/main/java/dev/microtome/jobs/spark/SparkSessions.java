package dev.microtome.jobs.spark;

import dev.microtome.config.UsageException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;

/**
 * The Spark context of this process, made when it is first needed from the settings of spark-submit
 * and nothing else.
 */
public final class SparkSessions {
  private static final String APPLICATION_NAME = "spark.app.name";

  private static final AtomicReference<SparkContext> LAST = new AtomicReference<>();

  private SparkSessions() {}

  /**
   * The context.
   *
   * @param job names the application where spark-submit has only the class or the jar to go by
   * @throws UsageException when no master is set
   */
  public static SparkContext context(String job) {
    SparkContext running = LAST.get();
    if (running != null && !running.isStopped()) {
      return running;
    }
    SparkConf conf = new SparkConf();
    if (!conf.contains("spark.master")) {
      throw new UsageException(
          "No Spark master: start with spark-submit --master ... (or java -Dspark.master=local[*])");
    }
    String name = conf.get(APPLICATION_NAME, "");
    if (name.isEmpty() || name.startsWith("dev.microtome.") || name.endsWith(".jar")) {
      conf.set(APPLICATION_NAME, "microtome " + job);
    }
    SparkContext context = SparkContext.getOrCreate(conf);
    LAST.set(context);
    context.setLogLevel("WARN");
    LogLines.join();
    return context;
  }

  /** Ends the context if one was made. */
  public static void stop() {
    SparkContext context = LAST.getAndSet(null);
    if (context != null) {
      context.stop();
    }
  }
}
