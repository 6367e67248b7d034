package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LocalSpark.class)
class RunStagesTest {
  @TempDir private Path folder;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int staged(String output, String... more) throws IOException {
    out.reset();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "staged",
                "--set",
                "models=3",
                "--set",
                "switches=\"" + folder + "\"",
                "--output",
                folder.resolve(output).toString()));
    arguments.addAll(List.of(more));
    return Main.run(stream, stream, arguments.toArray(String[]::new));
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private void breakAt(String place) throws IOException {
    Files.writeString(folder.resolve("BREAK"), place);
  }

  private Path run(String output) throws IOException {
    Path runs = folder.resolve(output);
    return runs.resolve(Files.readString(runs.resolve("latest")).strip());
  }

  /** What a reader finds: tables and artifacts, with every byte. */
  private static List<String> contents(Path run) throws IOException {
    try (Stream<Path> walk = Files.walk(run)) {
      List<String> contents = new ArrayList<>();
      for (Path file : walk.filter(Files::isRegularFile).sorted().toList()) {
        String path = run.relativize(file).toString();
        if (!path.startsWith("parts/") && !path.equals("manifest.json")) {
          contents.add(path + " " + HexFormat.of().formatHex(Files.readAllBytes(file)));
        }
      }
      return contents;
    }
  }

  private static JsonNode manifest(Path run) throws IOException {
    return new ObjectMapper().readTree(Files.readString(run.resolve("manifest.json")));
  }

  @Test
  void keepsTablesAndArtifactsAndNothingInternal() throws IOException {
    assertThat(staged("out")).as(printed()).isZero();

    Path run = run("out");
    assertThat(contents(run).stream().map(line -> line.substring(0, line.indexOf(' '))))
        .containsExactly(
            "_SUCCESS",
            "model/m0/step-10/weights",
            "model/m0/step-20/weights",
            "model/m1/step-10/weights",
            "model/m1/step-20/weights",
            "model/m2/step-10/weights",
            "model/m2/step-20/weights",
            "total/total-00000.parquet",
            "training/part-00000.parquet",
            "training/part-00001.parquet",
            "training/part-00002.parquet");
    JsonNode manifest = manifest(run);
    assertThat(manifest.at("/tables").properties().stream().map(java.util.Map.Entry::getKey))
        .containsExactly("total", "training");
    assertThat(manifest.at("/artifacts/model/files")).hasSize(6);
    Path weights = run.resolve("model/m1/step-20/weights");
    JsonNode file = manifest.at("/artifacts/model/files/3");
    assertThat(file.get("path").textValue()).isEqualTo("model/m1/step-20/weights");
    assertThat(file.get("bytes").longValue()).isEqualTo(Files.size(weights));
    assertThat(file.get("sha256").textValue())
        .isEqualTo(dev.microtome.run.Digest.of(Files.readAllBytes(weights)));
    assertThat(manifest.at("/metrics/steps").intValue()).isEqualTo(60);
    assertThat(manifest.at("/metrics/files").intValue()).isEqualTo(3);
    assertThat(manifest.at("/metrics/parts-computed").intValue()).isEqualTo(7);
    assertThat(printed()).contains("  model: 6 files, ", run.resolve("model").toString());
    assertThat(staged("out")).isZero();
    assertThat(printed()).contains("Up to date");
  }

  @ParameterizedTest
  @CsvSource({
    "model 1 step 3, 1 from 0",
    "model 1 step 8, 1 from 8",
    "model 2 step 15, 2 from 12",
    "model 0 step 20, 0 from 20",
    "sums 1, 1 from 0",
    "driver, 1 from 0"
  })
  void runThatBrokeAnywhereEndsAsAnUndisturbedOne(String place, String lastStart)
      throws IOException {
    assertThat(staged("undisturbed")).isZero();
    Files.delete(folder.resolve("steps"));
    breakAt(place);
    assertThat(staged("out")).isEqualTo(3);
    assertThat(printed()).contains("broken at " + place, "the same command resumes it");
    Files.delete(folder.resolve("BREAK"));

    assertThat(staged("out")).as(printed()).isZero();

    assertThat(printed()).contains("Resuming run " + run("out"));
    assertThat(contents(run("out"))).isEqualTo(contents(run("undisturbed")));
    assertThat(manifest(run("out")).get("artifacts"))
        .isEqualTo(manifest(run("undisturbed")).get("artifacts"));
    assertThat(
            Files.readAllLines(folder.resolve("steps")).stream()
                .filter(line -> line.startsWith(lastStart.substring(0, 1)))
                .reduce((a, b) -> b))
        .hasValue(lastStart);
  }

  @Test
  void finishedStagesAreNotRunAgain() throws IOException {
    breakAt("driver");
    staged("out");
    Files.delete(folder.resolve("BREAK"));

    staged("out");

    assertThat(printed()).contains("3 of 3 parts are finished", "Stage sums: 3 of 3 parts");
    assertThat(manifest(run("out")).at("/metrics/parts-computed").intValue()).isEqualTo(1);
  }

  @Test
  void describeAndDryRunNameTheArtifacts() throws IOException {
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    assertThat(Main.run(stream, stream, "describe", "staged")).isZero();
    assertThat(printed()).contains("Artifact model/mN/step-N/weights\n      Numbers as text.\n");
    assertThat(staged("out", "--dry-run")).isZero();
    assertThat(printed()).contains("  artifacts: model\n");
  }
}
