package dev.microtome.jobs;

import java.nio.file.Path;
import java.util.List;
import org.apache.spark.SparkConf;
import org.apache.spark.SparkContext;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.StructType;
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

  /** Writes a table of one file as another program would: plain Parquet. */
  public static Path write(List<Row> rows, StructType schema, Path table) {
    start();
    SparkSession.builder()
        .getOrCreate()
        .createDataFrame(rows, schema)
        .coalesce(1)
        .write()
        .parquet(table.toString());
    return table;
  }
}
