package dev.microtome.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A run computes the parts that the run before it does not have, and has all rows nevertheless. */
@ExtendWith(LocalSpark.class)
class TakingOverTest {
  private static final TableSpec<PipelineRow> PIPELINE =
      TableSpec.of("pipeline", PipelineRow.class, "The steps");

  @TempDir private Path folder;

  @BeforeEach
  void prepare() throws IOException {
    Files.createDirectories(folder.resolve("books"));
    try (InputStream in =
        new GZIPInputStream(
            TakingOverTest.class.getResourceAsStream(
                "/golden/tokenizers/stories260K.tokenizer.json.gz"))) {
      Files.copy(in, folder.resolve("tokenizer.json"));
    }
    write("a.txt", "The dog was happy. The cat was sad.");
    write("b.txt", "One day, a clever fox found a shiny key under the old oak tree.");
    tokenize(folder.resolve("first")).succeeded();
    JobRun.of(
            "train-model",
            folder.resolve("models"),
            List.of(
                "tokens=" + folder.resolve("first"),
                "architecture={layers=1,heads=2,d-model=8}",
                "context-length=16",
                "sequence-length=4",
                "steps=2"))
        .succeeded();
  }

  private void write(String name, String text) throws IOException {
    Files.writeString(folder.resolve("books").resolve(name), text);
  }

  /** The smallest part-bytes: each file is a part of its own. */
  private JobRun tokenize(Path output, String... more) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "input=" + folder.resolve("books"),
                "tokenizer=" + folder.resolve("tokenizer.json"),
                "part-bytes=1000",
                "context-length=16"));
    all.addAll(List.of(more));
    return JobRun.of("tokenize", output, all);
  }

  private JobRun night(Path output) throws IOException {
    Path file = folder.resolve("nightly.conf");
    Files.writeString(
        file,
        """
        jobs = [
          { name = tokens, job = tokenize, configuration {
              input = FOLDER/books, tokenizer = FOLDER/tokenizer.json, part-bytes = 1000, context-length = 16 } }
          { name = activations, job = collect-activations, configuration {
              model = MODEL, tokens = ${output}/tokens, hooks = ["blocks.0.hook_resid_post"]
              sequences-per-part = 1, accept-other-tokenizer = true } }
          { name = losses, job = token-losses, configuration {
              checkpoints = [FOLDER/models], tokens = ${output}/tokens
              sequences-per-part = 1, accept-other-tokenizer = true } }
        ]
        """
            .replace("MODEL", model().toString())
            .replace("FOLDER", folder.toString()));
    return JobRun.of("run-all", output, List.of("--config=" + file)).succeeded();
  }

  private Path model() throws IOException {
    Path models = folder.resolve("models");
    return models
        .resolve(Files.readString(models.resolve("latest")).strip())
        .resolve("model/step-2");
  }

  private static Map<String, PipelineRow> steps(Path output) throws IOException {
    return JobRun.rows(output, PIPELINE).stream()
        .collect(Collectors.toMap(PipelineRow::step, Function.identity()));
  }

  /** Every row of every table of a step, as text, sorted. */
  private static List<String> rows(Path output, String step) throws IOException {
    Path steps = output.resolve(step);
    Path run = steps.resolve(Files.readString(steps.resolve("latest")).strip());
    Map<String, List<String>> tables = new TreeMap<>();
    try (Stream<Path> folders = Files.list(run)) {
      for (Path table : folders.filter(Files::isDirectory).toList()) {
        String name = table.getFileName().toString();
        if (!name.equals("parts")) {
          tables.put(
              name,
              SparkSession.builder()
                  .getOrCreate()
                  .read()
                  .parquet(table.toString())
                  .collectAsList()
                  .stream()
                  .map(TakingOverTest::text)
                  .sorted()
                  .toList());
        }
      }
    }
    return List.of(tables.toString());
  }

  private static String text(Row row) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < row.size(); i++) {
      Object value = row.get(i);
      text.append(value instanceof byte[] bytes ? java.util.Arrays.toString(bytes) : value)
          .append('|');
    }
    return text.toString();
  }

  @Test
  void aNightWithNewTextComputesItsPartsAlone() throws IOException {
    Path nights = folder.resolve("nights");
    night(nights);
    write("c.txt", "Then the fox opened a door.");
    JobRun second = night(nights);

    Map<String, PipelineRow> steps = steps(nights);
    assertThat(steps.get("tokens").partsTakenOver()).isEqualTo(2);
    assertThat(steps.get("tokens").partsComputed()).isEqualTo(1);
    assertThat(steps.get("activations").partsTakenOver()).isPositive();
    assertThat(steps.get("losses").partsTakenOver()).isPositive();
    long sequences = steps.get("tokens").rows();
    assertThat(steps.get("activations").partsComputed())
        .isEqualTo((int) sequences - steps.get("activations").partsTakenOver());
    assertThat(second.out()).contains("2 of 3 parts are taken over from ");

    night(nights);
    assertThat(steps(nights).get("tokens").status()).isEqualTo("up-to-date");
    // Nothing was taken over this night, whatever the run that stands took.
    assertThat(steps(nights).get("tokens").partsTakenOver()).isZero();

    Path fresh = folder.resolve("fresh");
    night(fresh);
    for (String step : List.of("tokens", "activations", "losses")) {
      assertThat(rows(nights, step)).as(step).isEqualTo(rows(fresh, step));
    }
  }

  @Test
  void aTextThatChangedIsComputedAnewAndOneThatMovedInTheListToo() throws IOException {
    Path nights = folder.resolve("nights");
    night(nights);
    write("a.txt", "The dog was sad. The cat was happy!");
    night(nights);
    assertThat(steps(nights).get("tokens").partsComputed()).isEqualTo(1);
    assertThat(steps(nights).get("tokens").partsTakenOver()).isEqualTo(1);

    // Ids of sequences follow from the positions of parts.
    write("0.txt", "An owl.");
    night(nights);
    assertThat(steps(nights).get("tokens").partsComputed()).isEqualTo(3);
  }

  @Test
  void whatIsDamagedIsNotTakenOver() throws IOException {
    Path nights = folder.resolve("nights");
    night(nights);
    Path tokens = nights.resolve("tokens");
    Path run = tokens.resolve(Files.readString(tokens.resolve("latest")).strip());
    Path file = run.resolve("tokens/part-00000.parquet");
    byte[] content = Files.readAllBytes(file);
    content[content.length / 2] ^= 1;
    Files.write(file, content);
    write("c.txt", "Then the fox opened a door.");

    night(nights);
    assertThat(steps(nights).get("tokens").partsTakenOver()).isEqualTo(1);
    assertThat(steps(nights).get("tokens").partsComputed()).isEqualTo(2);
    Path fresh = folder.resolve("fresh");
    night(fresh);
    assertThat(rows(nights, "tokens")).isEqualTo(rows(fresh, "tokens"));
  }

  /** A forced run computes all, and is one that the next may take over from. */
  @Test
  void aForcedRunIsTakenOverFromLikeAnother() throws IOException {
    Path output = folder.resolve("first");
    assertThat(tokenize(output, "--force").succeeded().out()).doesNotContain("taken over");
    write("c.txt", "Then the fox opened a door.");
    assertThat(tokenize(output).succeeded().out()).contains("2 of 3 parts are taken over from ");
  }

  @Test
  void otherSettingsAreOtherParts() {
    tokenize(folder.resolve("first")).succeeded();
    JobRun run =
        JobRun.of(
            "tokenize",
            folder.resolve("first"),
            List.of(
                "input=" + folder.resolve("books"),
                "tokenizer=" + folder.resolve("tokenizer.json"),
                "part-bytes=1000",
                "context-length=8"));
    assertThat(run.succeeded().out()).doesNotContain("taken over");
  }
}
