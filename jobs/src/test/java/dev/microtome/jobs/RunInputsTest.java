package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.run.FileEntry;
import dev.microtome.run.InputException;
import dev.microtome.table.Column;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class RunInputsTest {
  private static final Set<String> TEXT = Set.of(".txt", ".md");

  record NumberRow(@Column(doc = "n") long number) {}

  record OtherRow(@Column(doc = "n") long hookedNumber) {}

  @TempDir private Path folder;

  private static RunInputs inputs() {
    return new RunInputs(HadoopFileStore.ofThisProcess(), Optional.empty(), NoSteps.INSTANCE);
  }

  private InputPath at(String child) {
    return new InputPath(folder.resolve(child).toString());
  }

  private void write(String child, String content) throws IOException {
    Path file = folder.resolve(child);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatExceptionOfType(InputException.class).isThrownBy(call).withMessageContaining(message);
  }

  @Test
  void findsTextInFilesFoldersAndGlobsOnce() throws IOException {
    write("b/2.txt", "2");
    write("b/c/1.md", "1");
    write("b/.hidden.txt", "x");
    write("b/_work/x.txt", "x");
    write("b/x.bin", "x");
    write("a1.txt", "a");
    write("a2.txt", "a");

    List<FileEntry> found = inputs().text(List.of(at("b"), at("a?.txt"), at("a1.txt")), TEXT);

    assertThat(found.stream().map(FileEntry::name))
        .containsExactly("a1.txt", "a2.txt", "2.txt", "1.md");
  }

  @Test
  void refusesTextThatIsNotThere() throws IOException {
    write("x.bin", "x");
    write("empty/x.bin", "x");
    refused(() -> inputs().text(List.of(at("none")), TEXT), "/none: no such file or folder");
    refused(() -> inputs().text(List.of(at("no*")), TEXT), "/no*: no file matches");
    refused(
        () -> inputs().text(List.of(at("x.bin")), TEXT),
        "/x.bin: not a text file by its name (must end with .md, .txt)");
    refused(() -> inputs().text(List.of(at("empty")), TEXT), "/empty: holds no text file");
  }

  @Test
  void textDigestFollowsPathSizeAndTime() throws IOException {
    write("a.txt", "a");
    Path file = folder.resolve("a.txt");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
    String before = textDigest();
    assertThat(textDigest()).isEqualTo(before);

    Files.setLastModifiedTime(file, FileTime.fromMillis(2000));
    assertThat(textDigest()).isNotEqualTo(before);
    write("a.txt", "aa");
    Files.setLastModifiedTime(file, FileTime.fromMillis(1000));
    assertThat(textDigest()).isNotEqualTo(before);
  }

  @Test
  void theSameTextInAnotherFolderIsTheSameInput() throws IOException {
    for (String copy : List.of("here", "there")) {
      write(copy + "/a/1.txt", "1");
      write(copy + "/b/2.txt", "2");
      for (String name : List.of("/a/1.txt", "/b/2.txt")) {
        Files.setLastModifiedTime(folder.resolve(copy + name), FileTime.fromMillis(1000));
      }
    }
    assertThat(textDigest("here")).isEqualTo(textDigest("there"));
    Files.move(folder.resolve("there/b"), folder.resolve("there/c"));
    assertThat(textDigest("here")).isNotEqualTo(textDigest("there"));
  }

  private String textDigest(String child) {
    RunInputs inputs = inputs();
    inputs.text(List.of(at(child)), TEXT);
    return inputs.digest(at(child));
  }

  private String textDigest() {
    return textDigest("a.txt");
  }

  private Path range(String output) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    Path runs = folder.resolve(output);
    assertThat(Main.run(stream, stream, "range", "--set", "count=25", "--output", runs.toString()))
        .as(out.toString(StandardCharsets.UTF_8))
        .isZero();
    return runs.resolve(Files.readString(runs.resolve("latest")).strip());
  }

  @Test
  void aTableIsFoundFromOutputRunAndTableFolderAndAsPlainFiles() throws IOException {
    Path run = range("runs");
    List<InputPath> ways =
        Stream.of(folder.resolve("runs"), run, run.resolve("numbers"))
            .map(path -> new InputPath(path.toString()))
            .toList();

    List<TableInput> found =
        ways.stream().map(way -> inputs().table(way, "numbers", NumberRow.class)).toList();

    assertThat(found).containsOnly(found.get(0));
    assertThat(found.get(0).rows()).isEqualTo(25);
    assertThat(found.get(0).files().stream().map(TableInput.TableFile::rows))
        .containsExactly(10L, 10L, 5L);
    assertThat(found.get(0).metadata()).containsEntry("dtype", "float32");
    copy(run.resolve("numbers"), folder.resolve("plain"));
    TableInput plain = inputs().table(at("plain"), "numbers", NumberRow.class);
    assertThat(plain.rows()).isEqualTo(25);
    assertThat(plain.metadata()).isEqualTo(found.get(0).metadata());
    assertThat(inputs().table(at("plain/part-00002.parquet"), "numbers", NumberRow.class).rows())
        .isEqualTo(5);
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> files = Files.list(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(file.getFileName()));
      }
    }
  }

  @Test
  void sameRowsInAnotherPlaceAreTheSameInput() throws IOException {
    TableInput first =
        inputs().table(new InputPath(range("a").toString()), "numbers", NumberRow.class);
    TableInput second =
        inputs().table(new InputPath(range("b").toString()), "numbers", NumberRow.class);

    assertThat(second.path()).isNotEqualTo(first.path());
    assertThat(second.digest()).isEqualTo(first.digest());
  }

  @Test
  void refusesRunsThatDidNotFinishAreDamagedOrLackTheTable() throws IOException {
    Path run = range("runs");
    InputPath way = new InputPath(run.toString());
    refused(
        () -> inputs().table(way, "tokens", NumberRow.class),
        "has no table 'tokens' (it has numbers)");
    refused(
        () -> inputs().table(way, "numbers", OtherRow.class),
        "part-00000.parquet: no column hooked_number LONG");
    Files.delete(run.resolve("numbers/part-00001.parquet"));
    refused(() -> inputs().table(way, "numbers", NumberRow.class), "part-00001.parquet is missing");
    Files.delete(run.resolve("_SUCCESS"));
    for (Path path : List.of(folder.resolve("runs"), run, run.resolve("numbers"))) {
      refused(
          () -> inputs().table(new InputPath(path.toString()), "numbers", NumberRow.class),
          "has no _SUCCESS: it failed, was killed or is still being written");
    }
    Files.delete(folder.resolve("runs/latest"));
    refused(
        () -> inputs().table(at("runs"), "numbers", NumberRow.class),
        "an output folder without a finished run (no file 'latest')");
  }

  @Test
  void refusesFoldersWithoutParquetAndCorruptFiles() throws IOException {
    write("e/a.txt", "x");
    write("c/a.parquet", "x");
    refused(
        () -> inputs().table(at("none"), "t", NumberRow.class), "/none: no such file or folder");
    refused(() -> inputs().table(at("e"), "t", NumberRow.class), "/e: holds no .parquet file");
    refused(
        () -> inputs().table(at("c"), "t", NumberRow.class),
        "/c/a.parquet: not a readable Parquet file");
  }

  @Test
  void latestCannotLeaveTheOutput() throws IOException {
    write("o/latest", "../elsewhere\n");
    refused(
        () -> inputs().table(at("o"), "t", NumberRow.class), "not the id of a run: ../elsewhere");
  }

  @Test
  void modelDigestCoversNamesAndContent() throws IOException {
    write("m/config.json", "{}");
    write("m/model.safetensors", "weights");
    write("m/.cache/x.json", "x");
    write("m/pytorch_model.bin", "pickle");
    ModelFolder model = inputs().model(at("m"));
    assertThat(model.files().stream().map(ModelFolder.ModelFile::name))
        .containsExactly("config.json", "model.safetensors");
    Files.setLastModifiedTime(folder.resolve("m/config.json"), FileTime.fromMillis(1000));
    assertThat(inputs().model(at("m")).digest()).isEqualTo(model.digest());

    write("m/model.safetensors", "Weights");

    assertThat(inputs().model(at("m")).digest()).isNotEqualTo(model.digest());
    refused(() -> inputs().model(at("none")), "/none: no such folder");
    refused(() -> inputs().file(at("m")), "/m: no such file");
  }

  @Test
  void digestsStandForPathsInTheFingerprint() throws IOException {
    write("m/config.json", "{}");
    RunInputs inputs = inputs();
    inputs.model(at("m"));
    inputs.file(at("m/config.json"));

    assertThat(inputs.digest(at("m"))).startsWith("model:").hasSize(6 + 64);
    assertThat(inputs.digest(new InputPath("never opened"))).isEqualTo("never opened");
    assertThat(inputs.records()).hasSize(2);

    InputPath tokenizer = at("./m");
    inputs.file(tokenizer, folder.resolve("m/config.json").toString());
    assertThat(inputs.digest(tokenizer)).isEqualTo(inputs.digest(at("m/config.json")));
  }

  @Test
  void refusesWhatIsNotWhatItsRunWrote() throws IOException {
    String run = stagedRun();
    InputPath weights = at(run + "/model/m0/step-10/weights");
    assertThat(inputs().file(weights).bytes()).isPositive();
    flipFirstByte(weights);

    refused(() -> inputs().file(weights), "/model/m0/step-10/weights is damaged: its sha256 is ");
    refused(() -> inputs().file(weights), ", its run wrote ");
    refused(() -> inputs().file(weights), run + "/manifest.json");

    Files.copy(Path.of(weights.value()), folder.resolve("copy"));
    assertThat(inputs().file(at("copy")).bytes()).isPositive();
  }

  @Test
  void refusesAFolderOfARunWithADamagedFile() throws IOException {
    String run = stagedRun();
    // The job of the test has no models: a file of its run gets a name that models have.
    Path manifest = folder.resolve(run + "/manifest.json");
    Files.writeString(
        manifest,
        Files.readString(manifest).replace("m0/step-10/weights", "m0/step-10/config.json"));
    Path model = folder.resolve(run + "/model/m0/step-10");
    Files.move(model.resolve("weights"), model.resolve("config.json"));
    InputPath path = new InputPath(model.toString());
    assertThat(inputs().model(path).files()).hasSize(1);
    flipFirstByte(new InputPath(model.resolve("config.json").toString()));

    refused(() -> inputs().model(path), "/model/m0/step-10/config.json is damaged: its sha256 is ");
    refused(
        () -> inputs().folders(path, "model", "config.json"),
        "/model/m0/step-10/config.json is damaged: its sha256 is ");
  }

  /** Folder of a finished run of {@link StagedJob}, relative to the test's. */
  private String stagedRun() throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    PrintStream stream = new PrintStream(out, true, StandardCharsets.UTF_8);
    int code =
        Main.run(
            stream,
            stream,
            "staged",
            "--set",
            "models=1",
            "--set",
            "switches=\"" + folder + "\"",
            "--output",
            folder.resolve("staged").toString());
    assertThat(code).as(out.toString(StandardCharsets.UTF_8)).isZero();
    return "staged/" + Files.readString(folder.resolve("staged/latest")).strip();
  }

  private static void flipFirstByte(InputPath path) throws IOException {
    byte[] bytes = Files.readAllBytes(Path.of(path.value()));
    bytes[0] ^= 1;
    Files.write(Path.of(path.value()), bytes);
  }
}
