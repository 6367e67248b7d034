package dev.microtome.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.circuits.FrameworkModel;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.text.RepeatedTokens;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class HeadSetTest {
  private static final List<HeadIndex> ALL =
      IntStream.range(0, 12).mapToObj(i -> new HeadIndex(i / 4, i % 4)).toList();
  private static final List<HeadIndex> FOUND = List.of(new HeadIndex(2, 1), new HeadIndex(1, 3));

  @Test
  void controlsAreAsManyOthers() {
    Set<List<HeadIndex>> draws = new HashSet<>();
    for (int draw = 0; draw < 20; draw++) {
      List<HeadIndex> control = HeadSet.others(ALL, FOUND, 7, draw);
      assertThat(control).hasSize(2).doesNotContainAnyElementsOf(FOUND);
      assertThat(control).isEqualTo(HeadSet.others(ALL, FOUND, 7, draw));
      draws.add(control);
    }
    assertThat(draws).hasSizeGreaterThan(10);
  }

  @Test
  void theFoundOnesHaveTheHighestPrefixMatching() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = FrameworkModel.weights(manager)) {
      RepeatedTokens example =
          RepeatedTokens.random(0, RepeatedTokens.candidates(40, 0), 20, 3, 0, 0);
      HeadScores scores =
          HeadScores.of(
              HookedTransformer.of(weights),
              FrameworkWeights.of(weights, FrameworkWeights.Folding.NORMS),
              List.of(example),
              manager);
      List<HeadIndex> heads = HeadIndex.all(weights.config());
      List<HeadSet> sets = HeadSet.inductionAndControls(scores, heads, 2, 3, 9);

      assertThat(sets)
          .extracting(HeadSet::chosenBy)
          .containsExactly("prefix_matching", "control", "control", "control");
      assertThat(sets).extracting(HeadSet::draw).containsExactly(0, 0, 1, 2);
      // Fewer others than found ones are no comparison.
      int most = heads.size() / 2;
      assertThat(HeadSet.inductionAndControls(scores, heads, most, 3, 9)).hasSize(4);
      assertThat(HeadSet.inductionAndControls(scores, heads, most + 1, 3, 9)).hasSize(1);
      double least =
          sets.get(0).heads().stream()
              .mapToDouble(head -> scores.value(HeadScore.PREFIX_MATCHING, head))
              .min()
              .orElseThrow();
      for (HeadIndex head : heads) {
        if (!sets.get(0).heads().contains(head)) {
          assertThat(scores.value(HeadScore.PREFIX_MATCHING, head)).isLessThanOrEqualTo(least);
        }
      }
    }
  }

  @Test
  void anEffectIsTheDifferenceToTheUnchangedModel() {
    PositionLosses unchanged = new PositionLosses();
    unchanged.add(new float[] {4, 3, 2});
    PositionLosses without = new PositionLosses();
    without.add(new float[] {4, 4, 4});

    List<KnockoutEffect.Metric> metrics = KnockoutEffect.of(unchanged, without, 1, 3).metrics();

    assertThat(metrics).hasSize(2);
    assertThat(metrics.get(0)).isEqualTo(new KnockoutEffect.Metric("loss", 4, 1));
    assertThat(metrics.get(1))
        .isEqualTo(new KnockoutEffect.Metric("in_context_learning_score", 0, 2));
  }

  @Test
  void slopesStandOnHalfOctaves() {
    PositionLosses losses = new PositionLosses();
    float[] row = new float[100];
    for (int i = 0; i < row.length; i++) {
      row[i] = (float) (5 - 0.3 * Math.log(i + 1));
    }
    losses.add(row);
    List<PositionSlopeRow> rows = PositionSlopeRow.of("m", 3, losses);
    assertThat(rows)
        .extracting(PositionSlopeRow::position)
        .containsExactly(1, 2, 3, 4, 6, 8, 11, 16, 23, 32, 45, 64, 91);
    assertThat(rows)
        .allSatisfy(
            each -> assertThat(each.derivativeByLogPosition()).isCloseTo(-0.3, within(1e-5)));
    PositionLosses single = new PositionLosses();
    assertThat(PositionSlopeRow.of("m", 3, single)).isEmpty();
    single.add(new float[] {4});
    assertThat(PositionSlopeRow.of("m", 3, single)).isEmpty();
  }
}
