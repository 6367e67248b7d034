package dev.microtome.jobs.spark;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkEnv;

/** What the tasks of one JVM share: its files and its models. */
final class Executor {
  private static final AtomicReference<Executor> INSTANCE = new AtomicReference<>();

  private final HadoopFileStore files;
  private final SharedModels models;

  private Executor(HadoopFileStore files) {
    this.files = files;
    models = new SharedModels(LocalCache.ofThisMachine(files));
  }

  static Executor ofThisJvm() {
    Executor executor = INSTANCE.get();
    if (executor == null) {
      LogLines.join();
      Executor fresh = new Executor(new HadoopFileStore(configuration(SparkEnv.get().conf())));
      if (INSTANCE.compareAndSet(null, fresh)) {
        Runtime.getRuntime().addShutdownHook(new Thread(fresh.models::closeAll, "models-closer"));
      }
      executor = INSTANCE.get();
    }
    return executor;
  }

  private static Configuration configuration(SparkConf conf) {
    Configuration configuration = new Configuration();
    for (scala.Tuple2<String, String> entry : conf.getAllWithPrefix("spark.hadoop.")) {
      configuration.set(entry._1(), entry._2());
    }
    return configuration;
  }

  HadoopFileStore files() {
    return files;
  }

  SharedModels models() {
    return models;
  }
}
