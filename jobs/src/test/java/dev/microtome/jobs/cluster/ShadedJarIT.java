package dev.microtome.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;

/** What is in the application jar: nothing twice, nothing of Spark's, nothing known to be bad. */
class ShadedJarIT {
  /**
   * First version without a published weakness, by artifact: CVE-2022-42003, CVE-2022-25647,
   * CVE-2024-26308, CVE-2025-48924, CVE-2024-47554, CVE-2021-44832, CVE-2022-1471, CVE-2024-7254,
   * CVE-2023-51775.
   */
  private static final Map<String, String> FIRST_SOUND =
      Map.of(
          "jackson-databind", "2.13.4.2",
          "gson", "2.8.9",
          "commons-compress", "1.26.0",
          "commons-lang3", "3.18.0",
          "commons-io", "2.14.0",
          "log4j-core", "2.17.1",
          "snakeyaml", "2.0",
          "protobuf-java", "3.25.5",
          "jose4j", "0.9.6");

  private static List<String> classes(Path jar) throws IOException {
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      return zip.stream()
          .map(ZipEntry::getName)
          .filter(name -> name.endsWith(".class") && !name.endsWith("module-info.class"))
          .toList();
    }
  }

  private static Map<String, String> versions() throws IOException {
    Path file = Path.of(System.getProperty("bill.of.materials"));
    assumeThat(file).as("an offline build (mvn -o) writes no bill of materials").exists();
    JsonNode bom = new ObjectMapper().readTree(file.toFile());
    Map<String, String> versions = new TreeMap<>();
    for (JsonNode component : bom.path("components")) {
      assertThat(component.path("hashes").findValuesAsText("alg"))
          .as(component.path("name").asText())
          .contains("SHA-256");
      versions.put(component.path("name").asText(), component.path("version").asText());
    }
    return versions;
  }

  @Test
  void holdsNoClassTwice() throws IOException {
    List<String> classes = classes(SparkHome.applicationJar());
    assertThat(classes).hasSizeGreaterThan(1000).doesNotHaveDuplicates();
  }

  @Test
  void holdsNoClassThatSparkHasToo() throws IOException {
    Set<String> sparks = new HashSet<>();
    try (Stream<Path> jars = Files.list(SparkHome.staged().folder().resolve("jars"))) {
      for (Path jar : jars.filter(path -> path.toString().endsWith(".jar")).toList()) {
        sparks.addAll(classes(jar));
      }
    }
    assertThat(sparks).hasSizeGreaterThan(10_000);
    Set<String> both = new TreeSet<>(classes(SparkHome.applicationJar()));
    both.retainAll(sparks);
    assertThat(both).isEmpty();
  }

  @Test
  void holdsNoVersionThatIsKnownToBeBad() throws IOException {
    Map<String, String> versions = versions();
    assertThat(versions).containsKeys("jackson-databind", "gson", "commons-compress", "config");
    List<String> bad = new ArrayList<>();
    FIRST_SOUND.forEach(
        (artifact, sound) -> {
          String found = versions.getOrDefault(artifact, sound);
          if (compare(found, sound) < 0) {
            bad.add("%s %s, expected at least %s".formatted(artifact, found, sound));
          }
        });
    assertThat(bad).isEmpty();
  }

  @Test
  void everyVersionIsARelease() throws IOException {
    assertThat(versions())
        .allSatisfy(
            (artifact, version) -> {
              if (!artifact.startsWith("microtome")) {
                assertThat(version).as(artifact).doesNotContain("SNAPSHOT", "[", ",", "LATEST");
              }
            });
  }

  private static int compare(String one, String other) {
    String[] left = one.split("[.-]", -1);
    String[] right = other.split("[.-]", -1);
    for (int i = 0; i < Math.min(left.length, right.length); i++) {
      int order =
          left[i].matches("\\d+") && right[i].matches("\\d+")
              ? Integer.compare(Integer.parseInt(left[i]), Integer.parseInt(right[i]))
              : left[i].compareTo(right[i]);
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(left.length, right.length);
  }
}
