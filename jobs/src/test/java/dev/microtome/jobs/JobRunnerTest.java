package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.run.Lease;
import dev.microtome.run.LocalFileStore;
import dev.microtome.table.RowReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@ExtendWith(LocalSpark.class)
class JobRunnerTest {
  private static final int ROWS = 45;

  @TempDir private Path output;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private final ByteArrayOutputStream err = new ByteArrayOutputStream();

  private int microtome(String... arguments) {
    out.reset();
    err.reset();
    return Main.run(stream(out), stream(err), arguments);
  }

  private static PrintStream stream(ByteArrayOutputStream bytes) {
    return new PrintStream(bytes, true, StandardCharsets.UTF_8);
  }

  private String printed() {
    return out.toString(StandardCharsets.UTF_8);
  }

  private String refused() {
    return err.toString(StandardCharsets.UTF_8);
  }

  private int range(String... more) {
    List<String> arguments =
        new ArrayList<>(List.of("range", "--set", "count=" + ROWS, "--output", output.toString()));
    arguments.addAll(List.of(more));
    return microtome(arguments.toArray(String[]::new));
  }

  private Path latest() throws IOException {
    return output.resolve(Files.readString(output.resolve("latest")).strip());
  }

  private static List<Path> tree(Path folder) throws IOException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(Files::isRegularFile).map(folder::relativize).sorted().toList();
    }
  }

  private static List<Long> numbers(Path run) throws IOException {
    List<Long> numbers = new ArrayList<>();
    ParquetFiles parquet = new ParquetFiles(HadoopFileStore.ofThisProcess());
    try (Stream<Path> files = Files.list(run.resolve("numbers"))) {
      for (Path file : files.sorted().toList()) {
        try (RowReader<RangeJob.NumberRow> rows =
            parquet.read(file.toString(), RangeJob.NumberRow.class)) {
          rows.forEachRemaining(
              row -> {
                RangeJob.NumberRow expected = RangeJob.NumberRow.of(row.number());
                assertThat(row).usingRecursiveComparison().isEqualTo(expected);
                numbers.add(row.number());
              });
        }
      }
    }
    return numbers;
  }

  private static List<Long> upTo(int count) {
    return Stream.iterate(0L, i -> i + 1).limit(count).toList();
  }

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

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void resumeAfterAnyLossGivesTheSameFiles(long seed) throws IOException {
    range();
    Path run = latest();
    List<String> before = contents(run.resolve("numbers"));
    Random random = new Random(seed);
    for (Path file : tree(run)) {
      if (!file.endsWith("manifest.json") && random.nextInt(3) == 0) {
        Files.delete(run.resolve(file));
      }
    }
    Files.deleteIfExists(run.resolve("_SUCCESS"));
    unfinish(run);
    Files.writeString(run.resolve("numbers/part-00099.parquet"), "stray");
    Files.createDirectories(run.resolve("_staging/zombie"));
    Files.writeString(run.resolve("_staging/zombie/x.parquet"), "stray");

    assertThat(range()).as(refused()).isZero();

    assertThat(printed()).contains("Resuming run " + run);
    assertThat(latest()).isEqualTo(run);
    assertThat(contents(run.resolve("numbers"))).isEqualTo(before);
    assertThat(run.resolve("_staging")).doesNotExist();
  }

  @Test
  void resumeRedoesAPartWhoseFooterIsDamaged() throws IOException {
    range();
    Path run = latest();
    Files.delete(run.resolve("_SUCCESS"));
    unfinish(run);
    Path file = run.resolve("numbers/part-00003.parquet");
    byte[] bytes = Files.readAllBytes(file);
    bytes[bytes.length - 1] ^= 1;
    Files.write(file, bytes);

    assertThat(range()).as(refused()).isZero();

    assertThat(printed()).contains("4 of 5 parts are finished");
    assertThat(numbers(run)).isEqualTo(upTo(ROWS));
  }

  private static void unfinish(Path run) throws IOException {
    Path manifest = run.resolve("manifest.json");
    Files.writeString(
        manifest,
        Files.readString(manifest)
            .replace("\"status\" : \"complete\"", "\"status\" : \"unfinished\""));
  }

  private static List<String> contents(Path folder) throws IOException {
    List<String> contents = new ArrayList<>();
    for (Path file : tree(folder)) {
      contents.add(file + " " + HexFormat.of().formatHex(Files.readAllBytes(folder.resolve(file))));
    }
    return contents;
  }

  @Test
  void refusedInputInATaskIsOneLineAndLeavesNothing() throws IOException {
    assertThat(range("--set", "trouble=refused-input", "--set", "part-size=100")).isEqualTo(2);

    assertThat(refused()).isEqualTo("ERROR: number 1 is refused\n");
    assertThat(tree(output)).isEmpty();
  }

  @Test
  void failingTaskKeepsFinishedPartsAndNamesPartAndCause() throws IOException {
    assertThat(range("--set", "trouble=broken-code", "--set", "trouble-part=4")).isEqualTo(3);

    assertThat(refused().lines().reduce((a, b) -> b).orElseThrow())
        .startsWith("ERROR: part 4 on executor driver@")
        .endsWith(
            ": number 41 breaks it. Finished parts are kept: the same command resumes the run");
    assertThat(output.resolve("latest")).doesNotExist();
    assertThat(tree(output).stream().filter(file -> file.endsWith("_SUCCESS"))).isEmpty();
    assertThat(tree(output).stream().filter(file -> file.toString().contains("_lease"))).isEmpty();
    assertThat(printed()).contains("the same command resumes it");
  }

  @Test
  void nullInARowNamesTheColumn() {
    assertThat(range("--set", "trouble=null-value")).isEqualTo(3);

    assertThat(refused()).contains("column label of a row is null");
  }

  @Test
  void summaryCountsOneFileAsOne() {
    assertThat(range("--set", "part-size=100")).isZero();

    assertThat(printed()).contains(", 1 file\n");
  }

  @Test
  void outputThatOnlyTheRefusedRunMadeIsRemoved() throws IOException {
    Files.delete(output);

    assertThat(range("--set", "trouble=refused-input", "--set", "part-size=100")).isEqualTo(2);

    assertThat(output).doesNotExist();
  }

  @Test
  void refusalThatMayPassKeepsFinishedPartsAndOneThatCannotKeepsNothing() throws IOException {
    assertThat(range("--set", "trouble=refused-input", "--set", "trouble-part=4")).isEqualTo(2);
    assertThat(tree(output)).isNotEmpty();
    assertThat(printed()).contains("once it is not refused any more, the same command resumes it");

    assertThat(range("--set", "trouble=rejected-row", "--set", "trouble-part=4")).isEqualTo(2);
    assertThat(printed()).doesNotContain("resumes it");
    try (Stream<Path> runs = Files.list(output)) {
      assertThat(runs).hasSize(1);
    }
  }

  @Test
  void dryRunWritesNothing() throws IOException {
    Files.delete(output);

    assertThat(range("--dry-run")).as(refused()).isZero();

    assertThat(output).doesNotExist();
    assertThat(printed())
        .contains(
            "count = 45", "parts: 5", "numbers: 45", "rows: 45", "about 2.7 kB", "tables: numbers");
  }

  @Test
  void outputThatIsAFileIsRefused(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "x");

    assertThat(microtome("range", "--set", "count=1", "--output", file.resolve("runs").toString()))
        .isEqualTo(2);

    assertThat(refused()).startsWith("ERROR: Cannot write to output file:" + file);

    assertThat(microtome("range", "--set", "count=1", "--output", file.toString())).isEqualTo(2);

    assertThat(refused())
        .contains(
            "ERROR: Cannot read output file:%s: %s is a file, a folder is needed"
                .formatted(file, file));
  }

  @Test
  void valueOutOfRangeNamesKeyValueAndPlace(@TempDir Path folder) throws IOException {
    Path config = Files.writeString(folder.resolve("c.conf"), "\n\ncount = 0\n");

    assertThat(microtome("range", "--config", config.toString(), "--output", output.toString()))
        .isEqualTo(2);

    assertThat(refused())
        .isEqualTo("ERROR: count: invalid value 0: must be at least 1 (" + config + ", line 3)\n");
    assertThat(tree(output)).isEmpty();
  }

  @Test
  void unknownJobSuggestsTheNearest() {
    assertThat(microtome("rnage", "--output", output.toString())).isEqualTo(1);

    assertThat(refused()).startsWith("ERROR: Unknown job: rnage (did you mean range?)");
  }

  @Test
  void unknownOptionAndMissingOutputAreWrongCommands() {
    assertThat(microtome("range", "--outptu", "x")).isEqualTo(1);
    assertThat(refused()).contains("Unknown option: '--outptu'");
    assertThat(microtome("range", "--set", "count=1")).isEqualTo(1);
    assertThat(refused()).contains("Missing option --output");
  }

  @Test
  void listAndDescribeSayWhatTheCodeSays() {
    assertThat(microtome("list")).isZero();
    assertThat(printed()).containsPattern("range +Writes the numbers of a range");

    assertThat(microtome("describe", "range")).isZero();
    assertThat(printed())
        .contains(
            "  count (an integer, required)\n      how many numbers, at least 1\n",
            "  part-size (an integer below 2^31, default 10)\n",
            "  input (a path, optional)\n",
            "  trouble (one of nothing, refused-input, rejected-row, broken-code, null-value, default nothing)\n",
            "Table numbers: One row a number\n",
            "  remainder INT, thirds\n      its remainder by 3\n",
            "  multiples ARRAY<FLOAT>\n");
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
  void killedForcedRunIsResumedByForceAlone() throws IOException {
    range();
    Path first = latest();
    range("--force");
    Path forced = latest();
    Files.delete(forced.resolve("_SUCCESS"));
    Files.writeString(output.resolve("latest"), first.getFileName().toString());
    unfinish(forced);

    assertThat(range()).isZero();
    assertThat(printed()).contains("Up to date");
    assertThat(range("--force")).isZero();

    assertThat(printed()).contains("Resuming run " + forced);
    assertThat(latest()).isEqualTo(forced);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void killedRunIsNotContinuedByAnotherCommand(boolean forced) throws IOException {
    range(forced ? new String[] {"--force"} : new String[0]);
    Path killed = latest();
    Files.delete(killed.resolve("_SUCCESS"));
    Files.delete(output.resolve("latest"));
    unfinish(killed);

    assertThat(range(forced ? new String[0] : new String[] {"--force"})).as(refused()).isZero();

    assertThat(printed()).doesNotContain("Resuming");
    assertThat(latest()).isNotEqualTo(killed);
  }

  @ParameterizedTest
  @CsvSource({
    "--output, '', --output: a path is needed",
    "--output, foo://x/y, '--output: foo://x/y: no file system ''foo:'' on the class path'",
    "--output, gpt2:main, '--output: gpt2:main: not a path: ''gpt2:'' needs an absolute path behind it'",
    "--set, input=\"gpt2:main\", 'input: gpt2:main: not a path: '",
    "--set, input=\"foo://x/a.txt\", 'input: foo://x/a.txt: no file system ''foo:'''",
    "--config, foo://x/c.conf, 'Configuration file foo://x/c.conf: no file system ''foo:'''"
  })
  void pathThatIsNoneIsRefusedInOneLineThatNamesTheOption(
      String option, String value, String message) {
    assertThat(
            option.equals("--output")
                ? microtome("range", "--set", "count=1", option, value)
                : range(option, value))
        .as(refused())
        .isEqualTo(2);

    assertThat(refused()).startsWith("ERROR: " + message).hasLineCount(1);
  }

  @Test
  void refusalIsTheLastLineBelowItsStackTrace() {
    assertThat(range("--set", "trouble=refused-input", "--stacktrace")).isEqualTo(2);

    assertThat(refused())
        .startsWith("dev.microtome.run.InputException")
        .endsWith("\nERROR: number 1 is refused\n");
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
  void partsThatCannotBeReadAreNotTakenForNone(@TempDir Path output) throws IOException {
    String[] command = {"range", "--set", "count=45", "--output", output.toString()};
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream out = new PrintStream(printed, true, StandardCharsets.UTF_8);
    assertThat(Main.run(out, out, command)).isZero();
    Path run = output.resolve(Files.readString(output.resolve("latest")).strip());
    Files.delete(run.resolve("_SUCCESS"));
    Files.delete(output.resolve("latest"));
    Path unreadable = run.resolve("parts/99999.json");
    Files.createSymbolicLink(unreadable, unreadable);

    assertThat(Main.run(out, out, command))
        .as(printed.toString(StandardCharsets.UTF_8))
        .isEqualTo(3);
    assertThat(run.resolve("numbers")).isNotEmptyDirectory();

    Files.delete(unreadable);
    assertThat(Main.run(out, out, command)).as(printed.toString(StandardCharsets.UTF_8)).isZero();
  }
}
