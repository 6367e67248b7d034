package dev.microtome.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/** Versions of what a run's numbers depend on. */
final class Versions {
  private Versions() {}

  /** The version of the jar; "development" when classes run from a build folder. */
  static String microtome() {
    String version = Versions.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  /** By name: microtome, java, spark, djl, os. */
  static Map<String, String> all() {
    Map<String, String> versions = new TreeMap<>();
    versions.put("microtome", microtome());
    versions.put("java", System.getProperty("java.version"));
    versions.put("spark", org.apache.spark.package$.MODULE$.SPARK_VERSION());
    versions.put("djl", djl());
    versions.put("os", System.getProperty("os.name") + " " + System.getProperty("os.arch"));
    return versions;
  }

  /** DJL's version as its jar states it: asking its engine would load the native library. */
  private static String djl() {
    Properties properties = new Properties();
    try (InputStream in =
        Versions.class.getClassLoader().getResourceAsStream("ai/djl/engine/api.properties")) {
      if (in != null) {
        properties.load(in);
      }
    } catch (IOException e) {
      return "unknown";
    }
    return properties.getProperty("djl_version", "unknown");
  }

  /** One line for the start of a run. */
  static String banner() {
    Map<String, String> versions = all();
    return "Microtome %s · Java %s · Spark %s · DJL %s"
        .formatted(
            versions.get("microtome"),
            versions.get("java"),
            versions.get("spark"),
            versions.get("djl"));
  }
}
