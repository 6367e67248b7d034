package dev.microtome.jobs;

import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One Spark context on two cores for all the tests of a JVM; it ends with the JVM. */
public final class LocalSpark implements BeforeAllCallback {
  @Override
  public void beforeAll(ExtensionContext context) {
    start();
  }

  public static synchronized SparkContext start() {
    if (System.getProperty("spark.master") == null) {
      System.setProperty("spark.master", "local[2]");
      System.setProperty("spark.app.name", "tests");
      System.setProperty("spark.ui.enabled", "false");
      System.setProperty("spark.driver.host", "127.0.0.1");
      System.setProperty("spark.driver.bindAddress", "127.0.0.1");
    }
    return SparkContext.getOrCreate(new SparkConf());
  }
}
