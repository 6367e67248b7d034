package dev.microtome.jobs.scrubbing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.dynamics.TokenLossRow;
import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.ScrubbedHookRow;
import dev.microtome.erasure.ScrubbingLossRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.KilledJob;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job through the command line, on the golden GPT-2; numbers are {@link ScrubGoldenTest}'s. */
@ExtendWith(LocalSpark.class)
class ScrubTest {
  /** In the order of the pass. The queries are a linear map of what is erased before them. */
  private static final List<String> HOOKS =
      List.of(
          "blocks.0.ln1.hook_normalized",
          "blocks.0.attn.hook_q",
          "blocks.1.hook_resid_pre",
          "blocks.2.mlp.hook_post",
          "ln_final.hook_normalized");

  private static final String LINEAR = HOOKS.get(1);
  private static final String KEY = "hooks=[" + String.join(",", HOOKS) + "]";

  @TempDir private static Path inputs;
  @TempDir private Path folder;
  private static Path tokens;
  private static Path labels;
  private static JobRun whole;

  @BeforeAll
  static void scrub() throws IOException {
    tokens = GoldenScrubbing.tokens(inputs.resolve("tokens"));
    labels = GoldenScrubbing.labels(inputs.resolve("labels"), 0);
    whole =
        GoldenScrubbing.scrub(inputs.resolve("whole"), tokens, labels, KEY, "random-subspaces=2")
            .succeeded();
  }

  /** The last hook point's eraser was fitted with all others in place, and so is it looked at. */
  @Test
  void noHookPointOfTheScrubbedModelKnowsTheConcept() throws IOException {
    Map<String, Double> clean = crossCovariance("clean");
    Map<String, Double> scrubbed =
        crossCovariance(
            "scrubbed",
            "erasers=" + inputs.resolve("whole"),
            "erase-concept=" + GoldenScrubbing.CONCEPT,
            "erase-" + KEY);
    for (String hook : HOOKS) {
      assertThat(clean.get(hook)).as(hook).isGreaterThan(1e-3);
      // float32 activations and factors
      assertThat(scrubbed.get(hook)).as(hook).isLessThan(1e-4 * clean.get(hook));
    }
  }

  /** Largest moduli of covariances of activations and targets. */
  private Map<String, Double> crossCovariance(String name, String... sets) throws IOException {
    List<String> collect =
        new ArrayList<>(List.of("model=" + GoldenScrubbing.MODEL, "tokens=" + tokens, KEY));
    collect.addAll(List.of(sets));
    JobRun.of("collect-activations", folder.resolve(name), collect).succeeded();
    return JobRun.of(
            "fit-leace",
            folder.resolve(name + "-fit"),
            List.of(
                "activations=" + folder.resolve(name),
                "labels=" + labels,
                "concepts=[" + GoldenScrubbing.CONCEPT + "]"))
        .succeeded()
        .rows(ErasureReportRow.TABLE)
        .stream()
        .filter(row -> row.metric().equals("cross_covariance_before"))
        .collect(Collectors.toMap(ErasureReportRow::hook, ErasureReportRow::value));
  }

  @Test
  void randomSubspacesHaveTheConceptsRank() throws IOException {
    List<ScrubbedHookRow> rows = whole.rows(ScrubbedHookRow.TABLE);
    assertThat(rows).hasSize(3 * HOOKS.size());
    for (ScrubbedHookRow row : rows) {
      assertThat(row.hook()).isEqualTo(HOOKS.get(row.place()));
      assertThat(row.rows()).isEqualTo(1370);
      // Three colours differ in two dimensions; of the queries' nothing is left to erase.
      assertThat(row.erasedRank()).as(row.toString()).isEqualTo(row.hook().equals(LINEAR) ? 0 : 2);
      assertThat(row.varianceAfter())
          .isCloseTo(row.variance() - row.squaredDistance(), within(1e-5 * row.variance()));
      if (row.variant().equals("scrubbed")) {
        assertThat(row.largestCorrelation() < 1e-5).isEqualTo(row.hook().equals(LINEAR));
      } else {
        assertThat(row.largestCorrelation()).isNaN();
      }
    }
    EraserFile file =
        EraserFile.read(
            JobRun.newest(inputs.resolve("whole"))
                .resolve("erasers/" + HOOKS.get(2) + ".safetensors"));
    assertThat(file.erasers()).containsOnlyKeys(GoldenScrubbing.CONCEPT, "random_1", "random_2");
    assertThat(file.erasers().get("random_1")).isNotEqualTo(file.erasers().get("random_2"));
  }

  @Test
  void tokenLossesUnderTheSameErasersAreTheSame() throws IOException {
    List<ScrubbingLossRow> losses = whole.rows(ScrubbingLossRow.TABLE);
    assertThat(losses.stream().map(ScrubbingLossRow::variant))
        .containsExactly("original", "scrubbed", "random_1", "random_2");
    for (int i = 1; i < 3; i++) {
      JobRun run =
          JobRun.of(
                  "token-losses",
                  folder.resolve("losses-" + i),
                  List.of(
                      "checkpoints=[" + GoldenScrubbing.MODEL + "]",
                      "tokens=" + tokens,
                      "erasers=" + inputs.resolve("whole"),
                      "erase-concept=" + (i == 1 ? GoldenScrubbing.CONCEPT : "random_1"),
                      "erase-" + KEY))
              .succeeded();
      double mean =
          run.rows(TableSpec.of("token_losses", TokenLossRow.class, "losses")).stream()
              .mapToDouble(TokenLossRow::loss)
              .average()
              .orElseThrow();
      assertThat(losses.get(i).lossNats()).isCloseTo(mean, within(1e-9)); // the same floats
      assertThat(Math.abs(losses.get(i).increaseNats())).isGreaterThan(1e-3);
    }
  }

  /** Killed before a fit, between hook points and before the losses, and taken up each time. */
  @Test
  void partsDoNotMatterAndAKilledRunEndsWithTheSameBytes() throws IOException {
    String[] cut = {KEY, "random-subspaces=2", "sequences-per-part=5"};
    JobRun undisturbed =
        GoldenScrubbing.scrub(folder.resolve("cut"), tokens, labels, cut).succeeded();
    List<ScrubbingLossRow> losses = undisturbed.rows(ScrubbingLossRow.TABLE);
    List<ScrubbingLossRow> expected = whole.rows(ScrubbingLossRow.TABLE);
    for (int i = 0; i < expected.size(); i++) {
      // Sequences in other batches: float32.
      assertThat(losses.get(i).lossNats()).isCloseTo(expected.get(i).lossNats(), within(1e-5));
      assertThat(losses.get(i).tokens()).isEqualTo(expected.get(i).tokens());
    }

    Path output = folder.resolve("killed");
    for (String stage :
        List.of("erasers_0000", "merge_0001_1", "moments_0003", KilledJob.PARTS, "merge")) {
      KilledJob.dieBefore(stage);
      JobRun killed = GoldenScrubbing.run("killed-scrub", output, tokens, labels, cut);
      assertThat(killed.code()).isEqualTo(3);
      assertThat(killed.err()).contains("killed at " + stage);
    }
    try (Stream<Path> files = Files.walk(output)) {
      assertThat(files.map(Path::toString))
          .anyMatch(file -> file.endsWith("relay/erasers/" + HOOKS.get(2) + ".safetensors"))
          .noneMatch(file -> file.contains("relay/moments/") || file.contains("relay/merge_"));
    }
    KilledJob.live();
    JobRun resumed = GoldenScrubbing.run("killed-scrub", output, tokens, labels, cut).succeeded();
    assertThat(resumed.out()).contains("Resuming run ", "Stage moments_0003: 10 of 10 parts");
    JobRun.assertSame(JobRun.written(output), JobRun.written(folder.resolve("cut")));
  }

  /** A part a sequence would read all labels each: they are put in ranges of sequences before. */
  @Test
  void labelsInRangesOfSequencesAreTheSame() throws IOException {
    String hook = HOOKS.get(0);
    Path output = folder.resolve("ranges");
    String[] sets = {"hooks=[" + hook + "]", "random-subspaces=0", "sequences-per-part=1"};
    KilledJob.dieBefore("label_ranges");
    assertThat(GoldenScrubbing.run("killed-scrub", output, tokens, labels, sets).err())
        .contains("killed at label_ranges");
    KilledJob.live();
    GoldenScrubbing.run("killed-scrub", output, tokens, labels, sets).succeeded();
    assertThat(projection(output, hook))
        // Sums in another order, of activations from other batches: float32
        .containsExactly(projection(inputs.resolve("whole"), hook), within(1e-5));
  }

  private static double[] projection(Path output, String hook) throws IOException {
    return EraserFile.read(JobRun.newest(output).resolve("erasers/" + hook + ".safetensors"))
        .erasers()
        .get(GoldenScrubbing.CONCEPT)
        .projection()
        .toArray();
  }

  @Test
  void theDryRunHasTheHookPointsInTheOrderOfThePass() throws IOException {
    Path output = folder.resolve("dry");
    JobRun run =
        GoldenScrubbing.scrub(
                output,
                tokens,
                labels,
                "hooks=[" + HOOKS.get(3) + "," + LINEAR + "," + HOOKS.get(0) + "]",
                "--dry-run")
            .succeeded();
    assertThat(run.out())
        .contains(
            "scrubs: %s, %s, %s".formatted(HOOKS.get(0), LINEAR, HOOKS.get(3)),
            "compares: original, scrubbed, random_1",
            "for the concept and each random subspace");
    assertThat(output).doesNotExist();
  }

  @Test
  void refusesWhatCannotBeScrubbedInThePlan() throws IOException {
    refused("hooks=[blocks.7.hook_resid_pre]", "hook 'blocks.7.hook_resid_pre': the model has 3");
    refused("hooks=[blocks.0.hook_resid]", "unknown; nearest: blocks.0.hook_resid_");
    refused(
        "hooks=[blocks.1.hook_resid_pre,\"blocks.*.hook_resid_pre\"]",
        "names blocks.1.hook_resid_pre again");
    refused("hooks=[blocks.0.attn.hook_pattern]", "is as wide as a sequence is long");
    refused("concept=mood", "has no column 'mood'");
    refused(
        "labels=" + GoldenScrubbing.labels(folder.resolve("others"), 1000), "of other sequences?");
    refused(
        "model=" + GoldenScrubbing.MODEL.resolveSibling("bert"), "model has no next-token loss");
    refused(
        "held-out-tokens=" + JobRun.tokens(List.of(new int[] {1, 97}), folder.resolve("large")),
        "token 97 is not in the model's vocabulary");
    refused(
        "held-out-tokens=" + JobRun.tokens(List.of(new int[] {1}), folder.resolve("short")),
        "no sequence of at least 2 tokens");
  }

  private void refused(String set, String message) throws IOException {
    Path output = folder.resolve("refused");
    GoldenScrubbing.scrub(output, tokens, labels, set).refusedWith(message);
    assertThat(output).doesNotExist();
  }

  @Test
  void refusesLabelsThatMeetTooFewTokens() throws IOException {
    Path shifted = GoldenScrubbing.labels(folder.resolve("shifted"), 40);
    GoldenScrubbing.scrub(folder.resolve("out"), tokens, shifted)
        .refusedWith("labels have no activation, more than max-unmatched-labels = 0.5 allows");
    GoldenScrubbing.scrub(folder.resolve("out"), tokens, labels, "max-unlabelled=0.1")
        .refusedWith("activations have no label, more than max-unlabelled = 0.1 allows");
  }

  @Test
  void refusesActivationsThatAreNotFinite() throws IOException {
    Path broken = folder.resolve("broken");
    Files.createDirectories(broken);
    Files.copy(GoldenScrubbing.MODEL.resolve("config.json"), broken.resolve("config.json"));
    byte[] weights = Files.readAllBytes(GoldenScrubbing.MODEL.resolve("model.safetensors"));
    // The last number of the last tensor: NaN.
    weights[weights.length - 2] = (byte) 0xc0;
    weights[weights.length - 1] = 0x7f;
    Files.write(broken.resolve("model.safetensors"), weights);
    GoldenScrubbing.scrub(folder.resolve("out"), tokens, labels, "model=" + broken)
        .refusedWith("is NaN");
  }
}
