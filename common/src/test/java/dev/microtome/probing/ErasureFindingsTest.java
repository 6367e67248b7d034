package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.model.Torch;
import dev.microtome.probing.ErasedExamples.Projection;
import dev.microtome.stats.Moments;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What probes find after erasers, on sequences that neither was fitted to. */
class ErasureFindingsTest {
  private static final List<String> CLASSES = List.of("common", "rare", "rarer");
  private static final SequenceSplit SPLIT = new SequenceSplit(1, 0.3, 3);

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  /**
   * Classes of 70, 20 and 10 %, skewed activations (exponentials, of scales from 1 to 30) whose
   * means differ by class along two directions.
   */
  private static List<ProbeSampleRow> skewed(long seed) {
    Random random = new Random(seed);
    List<ProbeSampleRow> rows = new ArrayList<>();
    for (int sequence = 0; sequence < 1500; sequence++) {
      for (int position = 0; position < 2; position++) {
        double draw = random.nextDouble();
        int label = draw < 0.7 ? 0 : draw < 0.9 ? 1 : 2;
        float[] x = new float[6];
        for (int i = 0; i < x.length; i++) {
          double unit = Math.pow(30, i / 5.0);
          double shift = (label == 1 && i == 0) || (label == 2 && i == 3) ? 3 * unit : 0;
          x[i] = (float) (5 * unit - unit * Math.log(1 - random.nextDouble()) + shift);
        }
        x[4] += x[0];
        rows.add(
            new ProbeSampleRow(
                "hook_embed",
                sequence,
                position,
                0,
                x,
                ProbeSampleRow.bytes(new double[] {label})));
      }
    }
    return rows;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void nothingLinearIsLeftByLeaceAndMuchByAMeanAlone(long seed) {
    List<ProbeSampleRow> rows = skewed(seed);
    try (Examples train =
            Examples.of(
                rows.stream().filter(row -> !SPLIT.isTest(row.sequenceId())).toList(), 0, 1);
        Examples test =
            Examples.of(
                rows.stream().filter(row -> SPLIT.isTest(row.sequenceId())).toList(), 0, 1)) {
      Moments moments = train.classMoments(3);
      ProbeTrainer trainer =
          new ProbeTrainer(
              new ProbeSettings(
                  List.of(ProbeKind.LOGISTIC),
                  List.of(1e-4, 1e-2, 1.0),
                  List.of(1.0),
                  MlpSettings.DEFAULT,
                  SPLIT));
      Map<String, ProbeScore> scores = new TreeMap<>();
      Map<String, Double> distances = new TreeMap<>();
      for (Projection projection :
          List.of(
              Projection.none(6),
              leace("leace", moments, EraserSettings.leace()),
              leace("orthogonal", moments, EraserSettings.orthogonal()),
              Projection.largestClassMean(ClassMeans.of(moments, 6)))) {
        try (ErasedExamples erased = ErasedExamples.of(projection, train, test, 3)) {
          scores.put(projection.name(), erased.probes(trainer, CLASSES).get(0).score());
          distances.put(projection.name(), erased.squaredDistance());
        }
      }
      ProbeScore before = scores.get("none");
      assertThat(before.low()).isGreaterThan(before.majority() + 0.1); // something to erase
      for (String name : List.of("leace", "orthogonal")) {
        ProbeScore score = scores.get(name);
        assertThat(score.accuracy()).as(name).isCloseTo(score.majority(), within(0.005));
        assertThat(score.crossEntropyNats()).isCloseTo(score.baselineNats(), within(0.02));
        assertThat(score.guessNats()).isLessThan(0.005);
      }
      ProbeScore mean = scores.get("mean");
      assertThat(mean.low()).isGreaterThan(mean.majority());
      assertThat(mean.guessNats()).isGreaterThan(0.05);
      assertThat(distances.get("leace")).isLessThan(distances.get("orthogonal"));
    }
  }

  private static Projection leace(String name, Moments moments, EraserSettings settings) {
    LeaceEraser eraser = LeaceFitter.of(6, moments).eraser(settings);
    return new Projection(name, new FactoredMatrix(eraser.left(), eraser.right()), eraser.bias());
  }
}
