package dev.microtome.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/**
 * The shaded jar on a standalone cluster of one master and two workers, submitted as users submit
 * it; then the same with executors and drivers killed.
 */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ClusterIT {
  private static final int DRIVER_KILLS = 10;
  private static final int PARAGRAPHS = 300;

  @TempDir static Path folder;
  private static SparkHome home;
  private static StandaloneCluster cluster;
  private static Path text;
  private static Path model;
  private static Path tokens;
  private static List<String> undisturbed;

  @BeforeAll
  static void startCluster() throws IOException, InterruptedException {
    home = SparkHome.staged();
    text = Stories.write(folder.resolve("text"), PARAGRAPHS);
    model = TestModels.stories260K(folder.resolve("model"));
    tokens = folder.resolve("tokens");
    cluster = StandaloneCluster.start(home, folder.resolve("cluster"), 2);
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  @Order(1)
  void writesTheSameTablesAsOneMachine() throws IOException, InterruptedException {
    assertThat(submit(cluster.options(), tokenize(tokens))).isZero();
    assertThat(submit(Submission.local(), tokenize(folder.resolve("tokens-local")))).isZero();
    assertThat(TableRows.of(tokens, "tokens"))
        .hasSizeGreaterThan(100)
        .isEqualTo(TableRows.of(folder.resolve("tokens-local"), "tokens"));

    assertThat(submit(Submission.local(), collect(folder.resolve("activations-local")))).isZero();
    undisturbed = TableRows.of(folder.resolve("activations-local"), "activations");
    assertThat(submit(cluster.options(), collect(folder.resolve("activations")))).isZero();
    assertThat(TableRows.of(folder.resolve("activations"), "activations"))
        .hasSizeGreaterThan(1000)
        .isEqualTo(undisturbed);
  }

  @Test
  @Order(2)
  void survivesTheDeathOfAnExecutor() throws IOException, InterruptedException {
    Path output = folder.resolve("executor-killed");
    try (Submission job = start(cluster.options(), collect(output))) {
      assertThat(job.reaches(() -> finishedParts(output) > 0)).isTrue();
      ProcessHandle victim = cluster.executors().findFirst().orElseThrow();
      victim.destroyForcibly();
      assertThat(job.exitCode()).as(job.output()).isZero();
    }
    assertThat(TableRows.of(output, "activations")).isEqualTo(undisturbed);
  }

  @Test
  @Order(3)
  void resumesAfterTheDriverIsKilledAtRandomMoments() throws IOException, InterruptedException {
    Path output = folder.resolve("driver-killed");
    Random random = new Random(7);
    int killed = 0;
    for (int kill = 0; kill < DRIVER_KILLS; kill++) {
      try (Submission job = start(Submission.local(), collect(output))) {
        // The first dies as it starts, the others a few parts after the one before.
        long parts = finishedParts(output) + (kill == 0 ? 0 : 10);
        job.reaches(() -> Files.exists(output) && finishedParts(output) >= parts);
        if (job.killAfter(random.nextInt(150))) {
          killed++;
        } else {
          assertThat(job.exitCode()).as(job.output()).isZero();
        }
      }
    }
    assertThat(killed).as("drivers killed before they ended by themselves").isGreaterThan(5);
    assertThat(submit(Submission.local(), collect(output))).isZero();
    assertThat(TableRows.of(output, "activations")).isEqualTo(undisturbed);
  }

  @Test
  @Order(4)
  void refusesASecondRunOnTheSameOutput() throws IOException, InterruptedException {
    Path output = folder.resolve("contended");
    try (Submission first = start(Submission.local(), collect(output))) {
      assertThat(first.reaches(() -> Files.exists(output.resolve("_lease")))).isTrue();
      try (Submission second = start(Submission.local(), collect(output))) {
        assertThat(second.exitCode()).as(second.output()).isEqualTo(2);
        assertThat(second.output()).contains("ERROR:").contains(output.toString());
      }
      assertThat(first.exitCode()).as(first.output()).isZero();
    }
    assertThat(TableRows.of(output, "activations")).isEqualTo(undisturbed);
  }

  @Test
  @Order(5)
  void saysThatTheOutputCannotBeWrittenAndLeavesNoSuccess()
      throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("a-file"), "not a folder");
    try (Submission job = start(Submission.local(), tokenize(file.resolve("output")))) {
      assertThat(job.exitCode()).as(job.output()).isIn(2, 3);
      assertThat(job.output()).contains(file.toString());
    }
  }

  @Test
  @Order(6)
  void endsWithTheCauseWhenTheDiskIsFull() throws IOException, InterruptedException {
    Path output = folder.resolve("full");
    List<String> command =
        new ArrayList<>(List.of("bash", "-c", "ulimit -f 4096; exec \"$@\"", "limited"));
    command.addAll(home.submitWithoutShipping(Submission.local(), collect(output, 100_000)));
    Path log = Files.createTempFile(folder, "full", ".log");
    Process job = home.start(command, log);
    // A limit of 4 MB on file sizes is the full disk that needs no privileges: writing a part fails
    // midway with the system's message.
    assertThat(job.waitFor()).as(Files.readString(log)).isIn(2, 3);
    assertThat(Files.readString(log)).contains("File too large");
    // Nothing was finished, so that not even the output's folder need be left.
    try (Stream<Path> files = Files.walk(folder)) {
      assertThat(
              files
                  .filter(path -> path.startsWith(output))
                  .map(path -> path.getFileName().toString()))
          .doesNotContain("_SUCCESS", "latest");
    }
  }

  @Test
  @Order(7)
  void theBitsDoNotDependOnTheCoresOfATask() throws IOException, InterruptedException {
    Path output = folder.resolve("two-cores-a-task");
    List<String> options = new ArrayList<>(Submission.local());
    options.addAll(List.of("--conf", "spark.task.cpus=2"));
    assertThat(submit(options, collect(output))).isZero();
    assertThat(TableRows.of(output, "activations")).isEqualTo(undisturbed);
  }

  private static int submit(List<String> sparkOptions, List<String> jobArguments)
      throws IOException, InterruptedException {
    try (Submission job = start(sparkOptions, jobArguments)) {
      int code = job.exitCode();
      assertThat(code).as(job.output()).isZero();
      return code;
    }
  }

  private static Submission start(List<String> sparkOptions, List<String> jobArguments)
      throws IOException {
    return Submission.start(
        home, sparkOptions, jobArguments, Files.createTempFile(folder, "submit", ".log"));
  }

  private static List<String> tokenize(Path output) {
    return List.of(
        "tokenize",
        "--set",
        "input=[\"" + text + "\"]",
        "--set",
        "tokenizer=\"" + model + "\"",
        "--set",
        "documents=paragraph",
        "--set",
        "context-length=64",
        "--output",
        output.toString());
  }

  private static List<String> collect(Path output) {
    return collect(output, 4);
  }

  private static List<String> collect(Path output, int sequencesPerPart) {
    return List.of(
        "collect-activations",
        "--set",
        "model=\"" + model + "\"",
        "--set",
        "tokens=\"" + tokens + "\"",
        "--set",
        "hooks=[\"blocks.1.mlp.hook_post\",\"blocks.2.hook_resid_post\"]",
        "--set",
        "sequences-per-part=" + sequencesPerPart,
        "--output",
        output.toString());
  }

  /** Part records of all runs; the folder of attempts is not looked into, files vanish there. */
  private static long finishedParts(Path output) {
    try (Stream<Path> runs = Files.list(output)) {
      long records = 0;
      for (Path parts : runs.map(run -> run.resolve("parts")).filter(Files::isDirectory).toList()) {
        records += parts.toFile().list((folder, name) -> name.endsWith(".json")).length;
      }
      return records;
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
