package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.run.Lease;
import dev.microtome.run.LocalFileStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a finished run holds, and when a command makes another one. */
class JobRunnerTest extends RangeRuns {
  @Test
  void writesEveryRowOnceAndNothingElse() throws IOException {
    assertThat(range()).as(refused()).isZero();

    Path run = latest();
    assertThat(numbers(run)).isEqualTo(upTo(ROWS));
    assertThat(tree(output).stream().map(Path::toString))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.of(
                        "latest",
                        run.getFileName() + "/_SUCCESS",
                        run.getFileName() + "/manifest.json"),
                    Stream.iterate(0, i -> i + 1)
                        .limit(5)
                        .flatMap(
                            i ->
                                Stream.of(
                                    "%s/parts/%05d.json".formatted(run.getFileName(), i),
                                    "%s/numbers/part-%05d.parquet"
                                        .formatted(run.getFileName(), i))))
                .toList());
    assertThat(printed())
        .contains("numbers: 45 rows", "duckdb.read_parquet(\"" + run + "/numbers/*.parquet\")");
  }

  @Test
  void manifestStatesWhatTheRunWas() throws IOException {
    range();

    JsonNode manifest =
        new ObjectMapper().readTree(Files.readString(latest().resolve("manifest.json")));
    assertThat(manifest.at("/status").textValue()).isEqualTo("complete");
    assertThat(manifest.at("/configuration/part-size").intValue()).isEqualTo(10);
    assertThat(manifest.at("/seeds/seed").intValue()).isEqualTo(7);
    assertThat(manifest.at("/metrics/numbers").intValue()).isEqualTo(ROWS);
    assertThat(manifest.at("/metrics/parts-computed").intValue()).isEqualTo(5);
    assertThat(manifest.at("/metrics/numbers-per-second").doubleValue()).isPositive();
    assertThat(manifest.at("/versions/spark").textValue()).isEqualTo("4.1.0");
    assertThat(manifest.at("/versions/djl").textValue()).isEqualTo("0.35.1");
    assertThat(manifest.at("/tables/numbers/rows").longValue()).isEqualTo(ROWS);
    assertThat(manifest.at("/tables/numbers/metadata/dtype").textValue()).isEqualTo("float32");
    assertThat(manifest.at("/tables/numbers/columns/1").toString())
        .isEqualTo(
            "{\"doc\":\"its remainder by 3\",\"name\":\"remainder\",\"type\":\"INT\",\"unit\":\"thirds\"}");
    assertThat(manifest.at("/tables/numbers/files")).hasSize(5);
    assertThat(manifest.at("/tables/numbers/files/4/rows").longValue()).isEqualTo(5);
  }

  @Test
  void sameConfigurationAndInputIsUpToDate() throws IOException {
    range();
    List<Path> before = tree(output);

    assertThat(range()).isZero();

    assertThat(printed()).contains("Up to date: nothing was computed");
    assertThat(tree(output)).isEqualTo(before);
  }

  @Test
  void forceMakesANewRun() throws IOException {
    range();
    Path first = latest();

    assertThat(range("--force")).isZero();

    assertThat(latest()).isNotEqualTo(first);
    assertThat(first.resolve("_SUCCESS")).exists();
    assertThat(numbers(latest())).isEqualTo(upTo(ROWS));
  }

  @Test
  void anotherConfigurationIsAnotherRun() throws IOException {
    range();
    Path first = latest();

    range("--set", "part-size=9");

    assertThat(latest()).isNotEqualTo(first);
    assertThat(numbers(latest())).isEqualTo(upTo(ROWS));
  }

  @Test
  void changedInputIsAnotherRunAndAMovedConfigurationFileIsNot(@TempDir Path inputs)
      throws IOException {
    Path text = Files.writeString(inputs.resolve("a.txt"), "one");
    range("--set", "input=" + text);
    Path first = latest();
    Path config = Files.writeString(inputs.resolve("c.conf"), "input = \"" + text + "\"\n");
    range("--config", config.toString());
    assertThat(latest()).isEqualTo(first);

    Files.writeString(text, "three");
    range("--set", "input=" + text);

    assertThat(latest()).isNotEqualTo(first);
  }

  @Test
  void damagedRunIsNotUpToDate() throws IOException {
    range();
    Path first = latest();
    Files.delete(first.resolve("numbers/part-00002.parquet"));

    assertThat(range()).isZero();

    assertThat(printed()).contains("is damaged", "part-00002.parquet is missing");
    assertThat(numbers(latest())).isEqualTo(upTo(ROWS));
  }

  @Test
  void runThatWasKilledBeforeItBecameLatestBecomesItWhenFoundUpToDate() throws IOException {
    range("--set", "part-size=9");
    Path first = latest();
    range();
    Path second = latest();
    Files.writeString(output.resolve("latest"), first.getFileName().toString());

    assertThat(range()).isZero();
    assertThat(printed()).contains("Up to date");
    assertThat(latest()).isEqualTo(second);

    range("--set", "part-size=9");
    assertThat(printed()).contains("Up to date");
    assertThat(latest()).as("the newest run stays latest").isEqualTo(second);
  }

  @Test
  void secondRunOnTheSameOutputIsRefused() throws IOException {
    try (Lease lease = Lease.acquire(new LocalFileStore(), output.toString(), Clock.systemUTC())) {
      lease.check();

      assertThat(range()).isEqualTo(2);

      assertThat(refused())
          .startsWith("ERROR: Output is in use by process " + ProcessHandle.current().pid())
          .contains("Wait for it or choose another --output");
      assertThat(tree(output).stream().map(Path::toString)).containsExactly("_lease");
    }
    assertThat(range()).isZero();
  }

  @Test
  void summaryCountsOneFileAsOne() {
    assertThat(range("--set", "part-size=100")).isZero();

    assertThat(printed()).contains(", 1 file\n");
  }

  @Test
  void dryRunWritesNothing() throws IOException {
    Files.delete(output);

    assertThat(range("--dry-run")).as(refused()).isZero();

    assertThat(output).doesNotExist();
    assertThat(printed())
        .contains(
            "count = 45", "parts: 5", "numbers: 45", "rows: 45", "about 2.7 kB", "tables: numbers")
        .contains("memory of a task: about 600 B (the numbers of a part)");
  }
}
