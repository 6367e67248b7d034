package dev.microtome.jobs.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.heads.HeadAblation;
import dev.microtome.heads.HeadAblationRow;
import dev.microtome.heads.HeadKnockout;
import dev.microtome.heads.HeadScore;
import dev.microtome.heads.HeadScoreRow;
import dev.microtome.heads.HeadScores;
import dev.microtome.heads.HeadSetAblationRow;
import dev.microtome.heads.InContextRow;
import dev.microtome.heads.PositionLosses;
import dev.microtome.heads.PositionSlopeRow;
import dev.microtome.heads.RepeatPredictionRow;
import dev.microtome.heads.RepeatPredictions;
import dev.microtome.heads.TrainingSlopeRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.text.RepeatedTokens;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/**
 * The job through the command line, on a series of two: the golden attention-only model (2 layers
 * of 4 heads, 40 tokens, a context of 104), and the same with half its weights halved.
 */
@ExtendWith(LocalSpark.class)
class InductionHeadsTest {
  private static final Path GOLDEN = Path.of("../common/src/test/resources/golden");
  private static final List<int[]> SEQUENCES = sequences();
  private static final int USED = 6;

  @TempDir private static Path scratch;
  private static Path series;
  private static Path tokens;
  @TempDir private Path output;

  @BeforeAll
  static void writeInputs() throws IOException {
    series = scratch.resolve("series");
    for (int step : new int[] {10, 200}) {
      Path folder = Files.createDirectories(series.resolve("step-" + step));
      Files.copy(GOLDEN.resolve("framework/config.json"), folder.resolve("config.json"));
      byte[] weights = Files.readAllBytes(GOLDEN.resolve("framework/model.safetensors"));
      if (step == 10) {
        ByteBuffer file = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
        for (int at = 8 + (int) file.getLong(0); at < weights.length; at += 8) {
          file.putFloat(at, file.getFloat(at) / 2);
        }
      }
      Files.write(folder.resolve("model.safetensors"), weights);
    }
    tokens = JobRun.tokens(SEQUENCES, scratch.resolve("tokens"));
  }

  @Test
  void scoresEveryHeadOfEveryCheckpoint() throws IOException {
    JobRun run = run("examples=3", "seed=5").succeeded();

    List<HeadScoreRow> expected = new ArrayList<>();
    List<RepeatPredictionRow> predictions = new ArrayList<>();
    for (int step : new int[] {10, 200}) {
      try (NDManager manager = NDManager.newBaseManager();
          ModelWeights weights = weights(step, manager)) {
        List<RepeatedTokens> examples =
            IntStream.range(0, 3)
                .mapToObj(
                    i -> RepeatedTokens.random(0, RepeatedTokens.candidates(40, 0), 25, 4, 5, i))
                .toList();
        HeadScores scores =
            HeadScores.of(
                HookedTransformer.of(weights),
                FrameworkWeights.of(weights, FrameworkWeights.Folding.NORMS),
                examples,
                manager);
        predictions.addAll(
            RepeatPredictions.of(HookedTransformer.of(weights), examples, manager)
                .rows("series", step));
        for (HeadIndex head : HeadIndex.all(weights.config())) {
          for (HeadScore score : HeadScore.values()) {
            expected.add(
                new HeadScoreRow(
                    "series",
                    step,
                    head.layer(),
                    head.head(),
                    score.label(),
                    scores.value(score, head)));
          }
        }
      }
    }
    assertThat(run.rows(HeadTables.SCORES)).containsExactlyInAnyOrderElementsOf(expected);
    assertThat(run.rows(HeadTables.PREDICTIONS))
        .hasSize(2 * 4)
        .containsExactlyInAnyOrderElementsOf(predictions);
    assertThat(run.rows(HeadTables.IN_CONTEXT)).isEmpty();
    assertThat(run.rows(HeadTables.ABLATIONS)).isEmpty();
    assertThat(run.rows(HeadTables.SETS)).isEmpty();
  }

  @Test
  void knocksOutEveryHeadOfEveryCheckpoint() throws IOException {
    JobRun run = withTokens("heads-per-part=3").succeeded();

    List<HeadAblationRow> rows = run.rows(HeadTables.ABLATIONS);
    assertThat(rows).hasSize(2 * 8 * 3 * 2);
    assertThat(run.rows(HeadTables.TRAINING_SLOPES))
        .hasSize(2 * 4)
        .isEqualTo(TrainingSlopeRow.of(run.rows(HeadTables.IN_CONTEXT)));
    for (int step : new int[] {10, 200}) {
      try (NDManager manager = NDManager.newBaseManager();
          ModelWeights weights = weights(step, manager)) {
        HeadKnockout knockout =
            new HeadKnockout(
                HookedTransformer.of(weights), SEQUENCES.subList(0, USED), 4096, manager);
        PositionLosses unchanged = knockout.unchanged();
        assertThat(run.rows(HeadTables.IN_CONTEXT))
            .contains(InContextRow.of("series", step, unchanged, 5, 40));
        assertThat(run.rows(HeadTables.SLOPES))
            .containsAll(PositionSlopeRow.of("series", step, unchanged));
        for (HeadAblation ablation : HeadAblation.values()) {
          HeadIndex head = new HeadIndex(0, 2);
          PositionLosses without = knockout.without(List.of(Set.of(head)), ablation).get(0);
          HeadAblationRow loss = row(rows, step, head, ablation, "loss");
          // Other heads share the batch: float32 sums in another order.
          assertThat(loss.value()).isCloseTo(without.mean(), within(1e-5));
          assertThat(loss.change()).isEqualTo(loss.value() - unchanged.mean());
          HeadAblationRow score = row(rows, step, head, ablation, "in_context_learning_score");
          assertThat(score.value()).isCloseTo(without.inContextScore(5, 40), within(1e-5));
          assertThat(score.change()).isEqualTo(score.value() - unchanged.inContextScore(5, 40));
        }
      }
    }
  }

  @Test
  void knocksOutTheFoundHeadsTogetherAndAsManyOthers() throws IOException {
    JobRun run =
        withTokens("set-size=3", "controls=2", "ablations=[pattern-preserving]").succeeded();

    List<HeadScoreRow> scores = run.rows(HeadTables.SCORES);
    List<HeadSetAblationRow> rows = run.rows(HeadTables.SETS);
    assertThat(rows).hasSize(2 * 3 * 2);
    for (HeadSetAblationRow row : rows) {
      assertThat(row.heads()).hasSize(3).doesNotHaveDuplicates();
      assertThat(row.ablation()).isEqualTo("pattern_preserving");
      List<String> best =
          scores.stream()
              .filter(each -> each.step() == row.step() && each.score().equals("prefix_matching"))
              .sorted((a, b) -> Double.compare(b.value(), a.value()))
              .limit(3)
              .map(each -> each.layer() + "." + each.head())
              .toList();
      if (row.chosenBy().equals("control")) {
        assertThat(row.heads()).doesNotContainAnyElementsOf(best);
      } else {
        assertThat(row.chosenBy()).isEqualTo("prefix_matching");
        assertThat(row.heads()).isEqualTo(best);
      }
    }
  }

  @Test
  void onlyTheLastCheckpointIsAblatedOnDemand() throws IOException {
    JobRun run = withTokens("ablated-checkpoints=last", "ablations=[zero]").succeeded();

    assertThat(run.rows(HeadTables.ABLATIONS)).hasSize(8 * 2).allMatch(row -> row.step() == 200);
    assertThat(run.rows(HeadTables.SETS)).hasSize(6 * 2).allMatch(row -> row.step() == 200);
    assertThat(run.rows(HeadTables.IN_CONTEXT)).hasSize(2);
  }

  @Test
  void aLostPartIsComputedAgainAndGivesTheSameRows() throws IOException {
    JobRun run = withTokens("heads-per-part=3").succeeded();
    List<HeadAblationRow> ablations = run.rows(HeadTables.ABLATIONS);
    List<HeadScoreRow> scores = run.rows(HeadTables.SCORES);
    Path folder = output.resolve(Files.readString(output.resolve("latest")).strip());
    Files.delete(folder.resolve("_SUCCESS"));
    Files.delete(folder.resolve("parts/00000.json"));
    Files.delete(folder.resolve("parts/00006.json"));

    JobRun resumed = withTokens("heads-per-part=3").succeeded();

    assertThat(resumed.out()).contains("6 of 8 parts are finished");
    assertThat(resumed.rows(HeadTables.ABLATIONS)).isEqualTo(ablations);
    assertThat(resumed.rows(HeadTables.SCORES)).isEqualTo(scores);
  }

  @Test
  void refusesWhatDoesNotFitBeforeSparkWorks() {
    run("repeats=5")
        .refusedWith(
            "step-10: examples of 1 + 25 × 5 tokens, its context is 104; lower sequence-length or repeats");
    run("bos=40").refusedWith("bos 40, its vocabulary is 0 to 39");
    withTokens("late-position=60")
        .refusedWith(
            "the longest of the 6 sequences used has 60 tokens, late-position 60 needs 61; set late-position to 59 at most, or to null");
    Path large = JobRun.tokens(List.of(new int[] {1, 40, 2}), scratch.resolve("large"));
    run("tokens=" + large)
        .refusedWith("sequence 0, position 1: token 40 is not in the model's vocabulary (0 to 39)");
    JobRun.of(
            "induction-heads",
            output,
            List.of(
                "checkpoints=" + GOLDEN.resolve("models/bert"),
                "tokens=" + tokens,
                "sequence-length=5",
                "repeats=2"))
        .refusedWith("a bert model has no next-token loss; leave tokens out");
    assertThat(output).isEmptyDirectory();
  }

  @Test
  void tooFewDifferentTokensAreRefusedInThePlan() {
    int[] few = IntStream.range(0, 60).map(i -> 1 + i % 15).toArray();
    withTokens("tokens=" + JobRun.tokens(List.of(few), scratch.resolve("few")), "--dry-run")
        .refusedWith(
            "step-10: a segment of 20 different tokens: the vocabulary has 13, its most and least common tenths left out; lower sequence-length");
  }

  @Test
  void aCheckpointThatGivesNothingButNanIsRefusedByName() throws IOException {
    Path nan = checkpoint("nan", weight -> Double.NaN);
    heads(nan)
        .refusedWith(
            "step 7 of model 'nan': parameter 'embed.W_E' has a value NaN, expected finite numbers");
    Path large = checkpoint("large", weight -> weight * 1e30);
    heads(large).refusedWith("step 7 of model 'large': prefix_matching of head 0.0 is NaN");
    assertThat(output).isEmptyDirectory();
  }

  private JobRun heads(Path checkpoint) {
    return JobRun.of(
        "induction-heads", output, List.of("checkpoints=" + checkpoint, "sequence-length=5"));
  }

  /** The golden model with every weight changed. */
  private static Path checkpoint(String name, DoubleUnaryOperator change) throws IOException {
    Path folder = Files.createDirectories(scratch.resolve(name).resolve("step-7"));
    Files.copy(GOLDEN.resolve("framework/config.json"), folder.resolve("config.json"));
    byte[] weights = Files.readAllBytes(GOLDEN.resolve("framework/model.safetensors"));
    ByteBuffer file = ByteBuffer.wrap(weights).order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 8 + (int) file.getLong(0); at < weights.length; at += Float.BYTES) {
      file.putFloat(at, (float) change.applyAsDouble(file.getFloat(at)));
    }
    Files.write(folder.resolve("model.safetensors"), weights);
    return folder;
  }

  private JobRun withTokens(String... sets) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "tokens=" + tokens,
                "sequences=" + USED,
                "early-position=5",
                "late-position=40",
                "examples=2",
                "sequence-length=20"));
    all.addAll(List.of(sets));
    return run(all.toArray(String[]::new));
  }

  private JobRun run(String... sets) {
    List<String> all = new ArrayList<>(List.of("checkpoints=" + series));
    all.addAll(List.of(sets));
    return JobRun.of("induction-heads", output, all);
  }

  private static HeadAblationRow row(
      List<HeadAblationRow> rows, int step, HeadIndex head, HeadAblation ablation, String metric) {
    List<HeadAblationRow> found =
        rows.stream()
            .filter(
                row ->
                    row.step() == step
                        && row.layer() == head.layer()
                        && row.head() == head.head()
                        && row.ablation().equals(ablation.label())
                        && row.metric().equals(metric))
            .toList();
    assertThat(found).hasSize(1);
    return found.get(0);
  }

  private static ModelWeights weights(int step, NDManager manager) {
    return ModelWeights.load(ModelFiles.open(series.resolve("step-" + step)), manager);
  }

  private static List<int[]> sequences() {
    Random random = new Random(8);
    return IntStream.range(0, 9)
        .mapToObj(i -> random.ints(i == 0 ? 60 : 45 + i, 0, 40).toArray())
        .toList();
  }
}
