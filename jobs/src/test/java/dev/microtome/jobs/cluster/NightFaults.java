package dev.microtome.jobs.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIf;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * {@code conf/nightly.conf} on a standalone cluster with things going wrong. Whatever it is, in the
 * end the tables are those of an undisturbed night, or the night names the damaged file and its
 * exit code is not 0. Runs with {@code mvn -Pfaults verify} alone, for some minutes.
 */
class NightFaults {
  private static final List<String> STEPS =
      List.of("tokens", "activations", "losses", "heads", "saes", "evaluation", "features");
  private static final int DRIVER_KILLS = 6;
  private static final int EXECUTOR_KILLS = 3;
  private static final int PARAGRAPHS = 100;
  private static final List<String> MOUNTING =
      List.of("unshare", "--map-root-user", "--mount", "bash", "-c");

  @TempDir static Path folder;
  private static SparkHome home;
  private static StandaloneCluster cluster;
  private static Path model;
  private static Path conf;
  private static NightFolder undisturbed;
  private static Map<String, Object> expected;

  @BeforeAll
  static void runAnUndisturbedNight() throws IOException, InterruptedException {
    home = SparkHome.staged();
    model = TestModels.stories260K(folder.resolve("model"));
    Path unused = Stories.write(folder.resolve("text"), PARAGRAPHS);
    conf = Files.writeString(folder.resolve("nightly.conf"), smallNight());
    cluster = StandaloneCluster.start(home, folder.resolve("cluster"), 2);
    undisturbed = new NightFolder(folder.resolve("undisturbed"));
    succeeds(cluster.options(), undisturbed);
    expected = undisturbed.contents(STEPS);
  }

  @AfterAll
  static void stopCluster() {
    if (cluster != null) {
      cluster.close();
    }
  }

  @Test
  void theComparisonSeesEveryStep() {
    assertThat(expected.keySet().stream().map(name -> name.substring(0, name.indexOf('/'))))
        .containsAll(STEPS);
    assertThat(expected).hasSizeGreaterThan(20);
    assertThat((List<?>) expected.get("activations/activations")).hasSizeGreaterThan(10_000);
  }

  @Test
  void survivesTheDeathOfExecutors() throws IOException, InterruptedException {
    NightFolder night = new NightFolder(folder.resolve("executors"));
    Random random = new Random(1);
    try (Submission job = start(cluster.options(), night)) {
      for (int i = 0; i < EXECUTOR_KILLS; i++) {
        String step = STEPS.get(2 * i + random.nextInt(2));
        long parts = random.nextInt(2);
        assertThat(
                job.reaches(
                    () ->
                        Files.exists(night.path().resolve(step))
                            && night.finishedParts(step) >= parts
                            && cluster.executors().findAny().isPresent()))
            .as(job.output())
            .isTrue();
        List<ProcessHandle> executors = cluster.executors().toList();
        executors.get(random.nextInt(executors.size())).destroyForcibly();
      }
      assertThat(job.exitCode()).as(job.output()).isZero();
    }
    assertThat(night.differences(expected, STEPS)).isEmpty();
  }

  @Test
  void goesOnAfterTheDriverIsKilled() throws IOException, InterruptedException {
    NightFolder night = new NightFolder(folder.resolve("drivers"));
    Random random = new Random(2);
    int killed = 0;
    for (int i = 0; i < DRIVER_KILLS; i++) {
      String step = STEPS.get(i);
      try (Submission job = start(cluster.options(), night)) {
        job.reaches(() -> Files.exists(night.path().resolve(step)));
        if (job.killAfter(random.nextInt(3000))) {
          killed++;
        }
      }
    }
    assertThat(killed).as("drivers killed before they ended by themselves").isGreaterThan(3);
    succeeds(cluster.options(), night);
    assertThat(night.differences(expected, STEPS)).isEmpty();
  }

  @Test
  void namesTheFileThatDidNotFitOnTheDiskAndGoesOnWhenThereIsRoom()
      throws IOException, InterruptedException {
    NightFolder night = new NightFolder(folder.resolve("full"));
    // 1.7 MB, less than a part of activations and more than the libraries that Spark unpacks.
    List<String> command =
        new ArrayList<>(List.of("bash", "-c", "ulimit -f 1700; exec \"$@\"", "limited"));
    command.addAll(home.submitWithoutShipping(Submission.local(), arguments(night)));
    Path log = Files.createTempFile(folder, "full", ".log");
    assertThat(home.start(command, log).waitFor()).as(Files.readString(log)).isIn(1, 2, 3);
    assertThat(Files.readString(log))
        .contains("File too large")
        .containsPattern("activations +failed")
        .containsPattern("saes +blocked");

    succeeds(Submission.local(), night);
    assertThat(night.differences(expected, STEPS)).isEmpty();
  }

  /**
   * A small tmpfs over the output, mounted where the process alone sees it. What it holds is gone
   * with the process and copied before: the disk with more room.
   */
  @Test
  @EnabledIf("mayMount")
  void goesOnFromWhatIsOnADiskThatWasFull() throws IOException, InterruptedException {
    NightFolder night = new NightFolder(Files.createDirectories(folder.resolve("no-space")));
    Path kept = folder.resolve("no-space-kept");
    long room = undisturbed.bytes("tokens") + undisturbed.bytes("activations") / 2;
    List<String> command = new ArrayList<>(MOUNTING);
    command.addAll(
        List.of(
            """
            mount -t tmpfs -o size=$3 none "$1" || exit 99
            at=$1 kept=$2; shift 3
            "$@"; code=$?
            cp -a "$at" "$kept"; exit $code""",
            "full",
            night.path().toString(),
            kept.toString(),
            Long.toString(room)));
    command.addAll(home.submitWithoutShipping(Submission.local(), arguments(night)));
    Path log = Files.createTempFile(folder, "no-space", ".log");
    assertThat(home.start(command, log).waitFor()).as(Files.readString(log)).isIn(1, 2, 3);
    assertThat(Files.readString(log)).contains("No space left on device");
    assertThat(kept.resolve("tokens/latest")).exists();
    assertThat(kept.resolve("activations/latest")).doesNotExist();

    Files.delete(night.path());
    Files.move(kept, night.path());
    try (Submission job = start(Submission.local(), night)) {
      assertThat(job.exitCode()).as(job.output()).isZero();
      assertThat(job.output()).containsPattern("tokens +up-to-date");
    }
    assertThat(night.differences(expected, STEPS)).isEmpty();
  }

  /** Whether a process may have mounts of its own here. */
  static boolean mayMount() throws InterruptedException {
    List<String> command = new ArrayList<>(MOUNTING);
    command.addAll(List.of("mount -t tmpfs none \"$1\"", "try", folder.toString()));
    try {
      return new ProcessBuilder(command).start().waitFor() == 0;
    } catch (IOException noSuchProgram) {
      return false;
    }
  }

  @Test
  void refusesASecondNightAtTheSameTime() throws IOException, InterruptedException {
    NightFolder night = new NightFolder(folder.resolve("twice"));
    try (Submission first = start(cluster.options(), night)) {
      assertThat(first.reaches(() -> Files.exists(night.path().resolve("_lease")))).isTrue();
      try (Submission second = start(Submission.local(), night)) {
        assertThat(second.exitCode()).as(second.output()).isEqualTo(2);
        assertThat(second.output()).contains("ERROR:").contains(night.path().toString());
      }
      assertThat(first.exitCode()).as(first.output()).isZero();
    }
    assertThat(night.differences(expected, STEPS)).isEmpty();
  }

  /** A bit turned over at a random place, or the last third gone, of what a later step reads. */
  @ParameterizedTest
  @CsvSource({
    "tokens, .parquet, activations, bit, 3",
    "tokens, .parquet, losses, bit, 4",
    "tokens, .parquet, heads, bit, 5",
    "tokens, .parquet, evaluation, cut, 6",
    "activations, .parquet, saes, bit, 7",
    "activations, .parquet, saes, bit, 8",
    "activations, .parquet, saes, cut, 9",
    "saes, sae_weights.safetensors, evaluation, bit, 10",
    "saes, sae_weights.safetensors, features, bit, 11",
    "saes, sae_weights.safetensors, evaluation, cut, 12",
    "saes, cfg.json, evaluation, bit, 13"
  })
  void namesADamagedFileOrIsNotChangedByIt(
      String step, String file, String reader, String damage, long seed)
      throws IOException, InterruptedException {
    NightFolder night = undisturbed.copiedTo(folder.resolve("damaged-" + seed));
    night.forget(reader);
    Path damaged = night.file(step, file);
    damage(damaged, damage, seed);

    try (Submission job = start(Submission.local(), night)) {
      if (job.exitCode() == 0) {
        assertThat(
                night.differences(
                    expected, STEPS.stream().filter(name -> !name.equals(step)).toList()))
            .isEmpty();
      } else {
        assertThat(job.output()).contains(damaged.getFileName().toString());
        assertThat(job.output()).containsPattern(reader + " +(failed|blocked)");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"cut, 14", "bit, 15"})
  void namesADamagedModel(String damage, long seed) throws IOException, InterruptedException {
    NightFolder night = undisturbed.copiedTo(folder.resolve("model-" + seed));
    Path weights = model.resolve("model.safetensors");
    byte[] whole = Files.readAllBytes(weights);
    try {
      if (damage.equals("cut")) {
        damage(weights, damage, seed);
      } else {
        // In the header, where a bit is more than a weight a little larger or smaller.
        byte[] bytes = whole.clone();
        bytes[20 + new Random(seed).nextInt(200)] ^= 4;
        Files.write(weights, bytes);
      }
      try (Submission job = start(Submission.local(), night)) {
        assertThat(job.exitCode()).as(job.output()).isNotZero();
        assertThat(job.output()).contains("model.safetensors");
      }
    } finally {
      Files.write(weights, whole);
    }
    succeeds(Submission.local(), night);
    assertThat(night.differences(expected, STEPS)).isEmpty();
  }

  private static void damage(Path file, String damage, long seed) throws IOException {
    byte[] bytes = Files.readAllBytes(file);
    if (damage.equals("cut")) {
      bytes = Arrays.copyOf(bytes, bytes.length * 2 / 3);
    } else {
      Random random = new Random(seed);
      bytes[random.nextInt(bytes.length)] ^= (byte) (1 << random.nextInt(8));
    }
    Files.write(file, bytes);
  }

  private static void succeeds(List<String> sparkOptions, NightFolder night)
      throws IOException, InterruptedException {
    try (Submission job = start(sparkOptions, night)) {
      assertThat(job.exitCode()).as(job.output()).isZero();
    }
  }

  private static Submission start(List<String> sparkOptions, NightFolder night) throws IOException {
    return Submission.start(
        home, sparkOptions, arguments(night), Files.createTempFile(folder, "submit", ".log"));
  }

  private static List<String> arguments(NightFolder night) {
    return List.of(
        "run-all",
        "--config",
        conf.toString(),
        "--set",
        "shared.text=\"" + folder.resolve("text") + "\"",
        "--set",
        "shared.model=\"" + model + "\"",
        "--output",
        night.path().toString());
  }

  /** The night as it is shipped, with parts and SAEs that are small. */
  private static String smallNight() throws IOException {
    String shipped = Files.readString(Path.of(System.getProperty("nightly.conf")));
    String small =
        shipped
            .replace(
                "hooks = [${shared.hook}]", "hooks = [${shared.hook}], sequences-per-part = 32")
            .replaceFirst("checkpoints = ", "sequences-per-part = 32, checkpoints = ")
            .replace(
                "grid.k = [16, 32]", "grid.k = [4, 8], sae.expansion = 1, evaluation-tokens = 4096")
            .replace("saes = [${output}/saes]", "saes = [${output}/saes], sequences-per-part = 32");
    assertThat(small.split("sequences-per-part", -1)).hasSize(5);
    return small;
  }
}
