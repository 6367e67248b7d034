package dev.microtome.jobs.corpora;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LocalSpark.class)
class GenerateCorpusTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "language | documents facts labels probabilities tokens vocabulary",
        "induction | corpus_metrics documents induction tokens vocabulary",
        "bigram | bigrams corpus_metrics documents tokens vocabulary",
        "skip-trigram | corpus_metrics documents skip_trigrams tokens vocabulary",
      })
  void eachKindWritesItsTablesAndTheSameRowsWhateverTheParts(String kind, String tables)
      throws IOException {
    Path whole = generate("whole", "kind=" + kind, "sequences=50");
    Path cut = generate("cut", "kind=" + kind, "sequences=50", "sequences-per-part=7");
    List<String> written = new ArrayList<>(List.of(tables.split(" ", -1)));
    written.add("tokenizer");
    assertThat(names(whole)).containsExactlyInAnyOrderElementsOf(written);
    for (String table : tables.split(" ", -1)) {
      assertThat(rows(cut, table)).as(table).isEqualTo(rows(whole, table)).isNotEmpty();
    }
    assertThat(read(whole, "tokens").count()).isEqualTo(50);
  }

  @Test
  void aCorpusGoesOnWithSequencesOfItsOwn() throws IOException {
    Path whole = generate("whole", "kind=induction", "induction.sharpness=1", "sequences=50");
    Path rest =
        generate(
            "rest",
            "kind=induction",
            "induction.sharpness=1",
            "first-sequence=40",
            "sequences=10",
            "sequences-per-part=7");
    assertThat(rows(rest, "bigrams")).isEqualTo(rows(whole, "bigrams"));
    assertThat(rows(rest, "tokens"))
        .hasSize(10)
        .isEqualTo(
            read(whole, "tokens").where("sequence_id >= 40").collectAsList().stream()
                .map(Row::toString)
                .sorted()
                .toList());
  }

  @Test
  void textIsLeftOutOnDemand() throws IOException {
    Path run = generate("plain", "kind=bigram", "sequences=5", "text=false");
    assertThat(names(run))
        .containsExactly("bigrams", "corpus_metrics", "tokenizer", "tokens", "vocabulary");
  }

  private Path generate(String name, String... sets) throws IOException {
    Path output = folder.resolve(name);
    List<String> arguments =
        new ArrayList<>(List.of("generate-corpus", "--output", output.toString()));
    for (String set : sets) {
      arguments.addAll(List.of("--set", set));
    }
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    int code =
        Main.run(
            new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
            new PrintStream(err, true, StandardCharsets.UTF_8),
            arguments.toArray(String[]::new));
    assertThat(code).as(err.toString(StandardCharsets.UTF_8)).isZero();
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  private static List<String> names(Path run) throws IOException {
    try (Stream<Path> entries = Files.list(run)) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .filter(name -> !name.startsWith("_") && !name.equals("parts"))
          .sorted()
          .toList();
    }
  }

  private static Dataset<Row> read(Path run, String table) {
    return SparkSession.builder().getOrCreate().read().parquet(run.resolve(table).toString());
  }

  private static List<String> rows(Path run, String table) {
    return read(run, table).collectAsList().stream().map(Row::toString).sorted().toList();
  }
}
