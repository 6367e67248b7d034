package dev.microtome.jobs.tokenize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.Main;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.jobs.spark.SparkSessions;
import dev.microtome.table.RowReader;
import dev.microtome.text.SpecialTokens;
import dev.microtome.text.TokenRow;
import dev.microtome.text.Tokenizer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.SparkSession;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@ExtendWith(LocalSpark.class)
class TokenizeJobTest {
  private static final int BOS = 1;
  private static final int EOS = 2;

  @TempDir private Path folder;
  private Path corpus;
  private Path tokenizer;
  private Path output;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private record Row(long sequenceId, String document, List<Integer> tokens) {}

  @BeforeEach
  void prepare() throws IOException {
    corpus = Files.createDirectories(folder.resolve("corpus"));
    tokenizer = folder.resolve("tokenizer.json");
    output = folder.resolve("runs");
    try (InputStream in =
        new GZIPInputStream(
            TokenizeJobTest.class.getResourceAsStream(
                "/golden/tokenizers/stories260K.tokenizer.json.gz"))) {
      Files.copy(in, tokenizer);
    }
  }

  @Test
  void documentsArePackedInTheOrderOfTheText() throws IOException {
    write("b/two.txt", "The dog was happy.\r\nThe cat was sad.");
    write("b/empty.txt", "");
    write("a.md", "One day, a clever fox found a shiny key under the old oak tree.");
    assertThat(tokenize("context-length=16")).as(refused()).isZero();

    List<Integer> fox = ids("One day, a clever fox found a shiny key under the old oak tree.");
    List<Integer> dog = ids("The dog was happy.\nThe cat was sad.");
    List<Integer> stream = Stream.of(fox, List.of(EOS), dog).flatMap(List::stream).toList();
    List<Row> rows = rows();
    assertThat(rows)
        .extracting(Row::sequenceId)
        .isEqualTo(IntStream.range(0, rows.size()).mapToObj(Long::valueOf).toList());
    assertThat(rows)
        .extracting(Row::document)
        .startsWith("a.md", "a.md", "a.md")
        .endsWith("b/two.txt");
    assertThat(rows).allMatch(row -> row.tokens().get(0) == BOS && row.tokens().size() <= 16);
    assertThat(rows.stream().flatMap(row -> row.tokens().stream().skip(1)).toList())
        .isEqualTo(stream);
    assertThat(rows.subList(0, rows.size() - 1)).allMatch(row -> row.tokens().size() == 16);
  }

  @Test
  void everyKindOfFileGivesItsDocuments() throws IOException {
    write("a.jsonl", "{\"body\": \"One day\"}\n\n{\"body\": \"the dog\"}\n");
    write("b.json", "[\"a cat\", {\"body\": \"sad\"}]");
    write("c.txt", "One day\n\nthe dog\nwas\n");
    writeParquet("d.parquet", "body", List.of("happy", "old oak"));
    assertThat(
            tokenize("text-field=body", "documents=paragraph", "pack=false", "prepend-bos=false"))
        .as(refused())
        .isZero();
    assertThat(rows())
        .extracting(Row::document, row -> row.tokens())
        .containsExactly(
            tuple("a.jsonl#0", ids("One day")),
            tuple("a.jsonl#21", ids("the dog")),
            tuple("b.json#0", ids("a cat")),
            tuple("b.json#1", ids("sad")),
            tuple("c.txt#0", ids("One day")),
            tuple("c.txt#9", ids("the dog\nwas")),
            tuple("d.parquet#0", ids("happy")),
            tuple("d.parquet#1", ids("old oak")));
  }

  @Test
  void specialTokensOfTheTemplateAreAddedOnDemand() throws IOException {
    write("a.txt", "One day");
    assertThat(tokenize("pack=false", "prepend-bos=false", "add-special-tokens=true"))
        .as(refused())
        .isZero();
    assertThat(rows()).containsExactly(new Row(0, "a.txt", List.of(BOS, 385, 328)));
  }

  @Test
  void rowsAreTheSameWhateverThePartsRunOnAndAfterAnInterruption() throws IOException {
    String text =
        IntStream.range(0, 400)
            .mapToObj(i -> "The dog was happy " + i + " times.")
            .collect(Collectors.joining("\n"));
    write("many.txt", text);
    String[] keys = {"documents=line", "part-bytes=1000", "context-length=32"};
    assertThat(tokenize(keys)).as(refused()).isZero();
    List<Row> rows = rows();
    Path run = latest();
    assertThat(rows.stream().map(row -> row.sequenceId() / TokenRow.SEQUENCES_PER_PART).distinct())
        .hasSizeGreaterThan(8)
        .isSorted();
    assertThat(
            rows.stream()
                .flatMap(row -> row.tokens().stream())
                .filter(id -> id != BOS && id != EOS)
                .toList())
        .isEqualTo(Arrays.stream(text.split("\n")).flatMap(line -> ids(line).stream()).toList());

    Files.delete(run.resolve("_SUCCESS"));
    Files.delete(run.resolve("parts/00003.json"));
    assertThat(tokenize(keys)).as(refused()).isZero();
    assertThat(latest()).isEqualTo(run);
    assertThat(rows()).isEqualTo(rows);

    assertThat(tokenize(keys)).isZero();
    assertThat(out.toString(StandardCharsets.UTF_8)).contains("Up to date");

    output = folder.resolve("alone");
    SparkSessions.stop();
    String master = System.setProperty("spark.master", "local[1]");
    try {
      assertThat(tokenize(keys)).as(refused()).isZero();
    } finally {
      SparkSessions.stop();
      System.setProperty("spark.master", master);
    }
    assertThat(rows()).isEqualTo(rows);
  }

  @Test
  void theTableSaysWhichTokenizerMadeIt() throws IOException {
    write("a.txt", "One day");
    assertThat(tokenize("context-length=8")).as(refused()).isZero();
    JsonNode metadata =
        new ObjectMapper()
            .readTree(latest().resolve("manifest.json").toFile())
            .path("tables")
            .path("tokens")
            .path("metadata");
    assertThat(metadata.path(TokenRow.VOCABULARY_SIZE).asText()).isEqualTo("512");
    assertThat(metadata.path(TokenRow.CONTEXT_LENGTH).asText()).isEqualTo("8");
    assertThat(metadata.path(TokenRow.BOS).asText()).isEqualTo("1");
    try (Tokenizer opened = Tokenizer.open(tokenizer)) {
      assertThat(metadata.path(TokenRow.TOKENIZER_SHA256).asText()).isEqualTo(opened.digest());
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a.txt   | fine           | input=nowhere          | nowhere: no such file or folder",
        "a.txt   | fine           | input=nowhere/*.txt    | nowhere/*.txt: no file matches",
        "a.pdf   | fine           | pack=true              | holds no text file",
        "a.txt   | ''             | pack=true              | the corpus is empty: no text in 1 file",
        "a.txt   | '  '           | documents=line         | the corpus is empty: no text in 1 file",
        "a.jsonl | {\"body\":\"\"}| pack=true              | a.jsonl line 1: no field 'text' (fields: body)",
        "a.txt   | fine           | context-length=0       | context-length",
        "a.txt   | fine           | tokenizer=nowhere      | No tokenizer at",
        "a.txt   | fine           | bos-token=<begin>      | bos-token: invalid value '<begin>': must be a token of",
        "a.txt   | fine           | add-special-tokens=true | adds '<s>' by itself: set one of them to false",
        "a.txt   | fine           | text-fields=body       | did you mean text-field?",
      })
  void mistakesAreRefusedInOneLineAndNothingIsWritten(
      String name, String text, String set, String message) throws IOException {
    write(name, text);
    assertThat(tokenize(set)).isEqualTo(2);
    assertThat(refused()).startsWith("ERROR: ").contains(message).hasLineCount(1);
    assertThat(output).doesNotExist();
  }

  @Test
  void textThatIsNotUtf8IsRefusedWithFileAndPlace() throws IOException {
    write("a.txt", "fine");
    Files.write(corpus.resolve("b.txt"), new byte[] {'c', 'a', 'f', (byte) 0xE9, '.'});
    assertThat(tokenize()).isEqualTo(2);
    assertThat(refused()).contains("/b.txt is not UTF-8: byte 0xE9 at offset 3").hasLineCount(1);
    assertThat(output).doesNotExist();
  }

  @Test
  void aDryRunShowsThePlanAndWritesNothing() throws IOException {
    write("a.txt", "fine text");
    assertThat(
            microtome(
                "tokenize",
                "--dry-run",
                "--set",
                "input=" + corpus,
                "--set",
                "tokenizer=" + tokenizer))
        .as(refused())
        .isZero();
    assertThat(out.toString(StandardCharsets.UTF_8))
        .contains("bytes: 9", "tables: tokens", "memory of a task: about 1.4 kB (the largest file");
    assertThat(output).doesNotExist();
  }

  private void write(String name, String text) throws IOException {
    Path file = corpus.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }

  /** A table that Spark wrote, as one file. */
  private void writeParquet(String name, String column, List<String> texts) throws IOException {
    Path written = folder.resolve("written");
    SparkSession.builder()
        .getOrCreate()
        .createDataset(texts, Encoders.STRING())
        .toDF(column)
        .coalesce(1)
        .write()
        .parquet(written.toString());
    try (Stream<Path> files = Files.list(written)) {
      Path file =
          files.filter(path -> path.toString().endsWith(".parquet")).findFirst().orElseThrow();
      Files.move(file, corpus.resolve(name));
    }
  }

  /** Runs the job; a key given here wins over those given to every run. */
  private int tokenize(String... sets) {
    List<String> arguments = new ArrayList<>(List.of("tokenize", "--output", output.toString()));
    Stream.concat(Stream.of("input=" + corpus, "tokenizer=" + tokenizer), Arrays.stream(sets))
        .forEach(set -> arguments.addAll(List.of("--set", set)));
    return microtome(arguments.toArray(String[]::new));
  }

  private int microtome(String... arguments) {
    out.reset();
    err.reset();
    return Main.run(
        new PrintStream(out, true, StandardCharsets.UTF_8),
        new PrintStream(err, true, StandardCharsets.UTF_8),
        arguments);
  }

  private String refused() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private Path latest() throws IOException {
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  private List<Row> rows() throws IOException {
    List<Row> rows = new ArrayList<>();
    ParquetFiles parquet = new ParquetFiles(HadoopFileStore.ofThisProcess());
    try (Stream<Path> files = Files.list(latest().resolve("tokens"))) {
      for (Path file : files.sorted().toList()) {
        try (RowReader<TokenRow> reader = parquet.read(file.toString(), TokenRow.class)) {
          reader.forEachRemaining(
              row ->
                  rows.add(
                      new Row(
                          row.sequenceId(),
                          row.document(),
                          Arrays.stream(row.tokens()).boxed().toList())));
        }
      }
    }
    return rows;
  }

  private List<Integer> ids(String text) {
    try (Tokenizer opened = Tokenizer.open(tokenizer)) {
      return Arrays.stream(opened.encode(text, SpecialTokens.EXCLUDE)).boxed().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
