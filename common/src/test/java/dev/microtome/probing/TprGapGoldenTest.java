package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.model.Torch;
import dev.microtome.model.load.Safetensors;
import dev.microtome.probing.ErasedExamples.Projection;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Against scikit-learn and concept-erasure; see golden/tpr-gap/README.md. */
class TprGapGoldenTest {
  private static final List<String> LABELS = List.of("0", "1", "2", "3", "4");
  private static final List<String> GROUPS = List.of("0", "1");

  private static List<ProbeSampleRow> train;
  private static List<ProbeSampleRow> test;
  private static JsonNode expected;

  @BeforeAll
  static void read() throws IOException, URISyntaxException {
    Torch.threads(1);
    Path folder = Path.of(TprGapGoldenTest.class.getResource("/golden/tpr-gap").toURI());
    expected = new ObjectMapper().readTree(folder.resolve("gaps.json").toFile());
    train = new ArrayList<>();
    test = new ArrayList<>();
    try (Safetensors file = Safetensors.open(folder.resolve("documents.safetensors"))) {
      double[] x = file.doubles("x");
      long[] labels = file.longs("labels");
      int d = x.length / labels.length;
      for (int row = 0; row < labels.length; row++) {
        float[] vector = new float[d];
        for (int i = 0; i < d; i++) {
          vector[i] = (float) x[row * d + i];
        }
        double[] targets = {labels[row], file.longs("groups")[row]};
        (file.longs("test")[row] == 1 ? test : train)
            .add(new ProbeSampleRow("h", row, 0, -1, vector, ProbeSampleRow.bytes(targets)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "leace"})
  void gapsAreThoseOfTheReference(String eraser) {
    try (Examples fitted = Examples.of(train, 0, 1);
        Examples fittedGroups = Examples.of(train, 1, 1);
        Examples held = Examples.of(test, 0, 1);
        Examples heldGroups = Examples.of(test, 1, 1)) {
      ProbeTrainer trainer =
          new ProbeTrainer(
              new ProbeSettings(
                  List.of(ProbeKind.LOGISTIC),
                  List.of(1.0),
                  List.of(1.0),
                  MlpSettings.DEFAULT,
                  new SequenceSplit(0, 0.5, 2)));
      GapExperiment found =
          GapExperiment.of(
              eraser.equals("none") ? Projection.none(10) : leace(fittedGroups),
              new GapExperiment.Split(fitted, fittedGroups),
              new GapExperiment.Split(held, heldGroups),
              trainer,
              LABELS,
              GROUPS);

      JsonNode reference = expected.get(eraser);
      for (int i = 0; i < LABELS.size(); i++) {
        JsonNode label = reference.get("labels").get(i);
        TprGap gap = found.gaps().gaps().get(i);
        assertThat(List.of(gap.firstTrain(), gap.secondTrain())).isEqualTo(counts(label, "train"));
        assertThat(List.of(gap.firstTest(), gap.secondTest())).isEqualTo(counts(label, "test"));
        // The same quotients of the same counts.
        assertThat(gap.firstRate()).isEqualTo(label.get("tpr").get(0).doubleValue());
        if (label.get("tpr").get(1).isNull()) {
          assertThat(gap.secondRate()).isNaN();
          assertThat(gap.gap()).isNaN();
        } else {
          assertThat(gap.secondRate()).isEqualTo(label.get("tpr").get(1).doubleValue());
        }
      }
      TprGapSummaryRow row =
          TprGapSummaryRow.of("h", train.size(), 3, found, TprGapNoise.of(found.gaps(), 100, 0));
      assertThat(row.labelsWithoutGap()).isEqualTo(1);
      // Sums in another order.
      assertThat(row.rmsGap()).isCloseTo(reference.get("rms").doubleValue(), within(1e-14));
      assertThat(row.shareCorrelation())
          .isCloseTo(reference.get("correlation").doubleValue(), within(1e-13));
      assertThat(row.accuracy()).isEqualTo(reference.get("accuracy").doubleValue());
      assertThat(row.conceptAccuracy()).isEqualTo(reference.get("concept_accuracy").doubleValue());
      assertThat(row.majorityBaseline()).isEqualTo(expected.get("majority").doubleValue());
      assertThat(row.conceptMajorityBaseline())
          .isEqualTo(expected.get("concept_majority").doubleValue());
      // Float64 through an eigendecomposition.
      assertThat(row.squaredDistance())
          .isCloseTo(reference.get("squared_distance").doubleValue(), within(1e-9));
      assertThat(row.converged()).isTrue();
      assertThat(row.leftOut()).isEqualTo(3);
    }
  }

  private static List<Long> counts(JsonNode label, String key) {
    return List.of(label.get(key).get(0).longValue(), label.get(key).get(1).longValue());
  }

  private static Projection leace(Examples groups) {
    LeaceEraser eraser = LeaceFitter.of(10, groups.classMoments(2)).eraser(EraserSettings.leace());
    return new Projection(
        "leace", new FactoredMatrix(eraser.left(), eraser.right()), eraser.bias());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void countsAreThoseOfEachDocument(long seed) {
    Random random = new Random(seed);
    int n = 400;
    int[] labels = random.ints(n, 0, 4).toArray();
    int[] groups = random.ints(n, 0, 2).toArray();
    int[] guesses = random.ints(n, 0, 4).toArray();
    TprGaps.Grouped documents = new TprGaps.Grouped(labels, groups);
    TprGaps gaps = TprGaps.of(documents, documents, guesses, 4);
    double sum = 0;
    for (int label = 0; label < 4; label++) {
      double[] rates = new double[2];
      for (int group = 0; group < 2; group++) {
        int all = 0;
        int right = 0;
        for (int i = 0; i < n; i++) {
          if (labels[i] == label && groups[i] == group) {
            all++;
            right += guesses[i] == label ? 1 : 0;
          }
        }
        rates[group] = (double) right / all;
      }
      assertThat(gaps.gaps().get(label).gap()).isEqualTo(rates[0] - rates[1]);
      sum += (rates[0] - rates[1]) * (rates[0] - rates[1]);
    }
    assertThat(gaps.rms()).isCloseTo(Math.sqrt(sum / 4), within(1e-15)); // one rounding
    assertThat(gaps.undefined()).isZero();
    assertThat(Arrays.stream(labels).filter(label -> label == 2).count())
        .isEqualTo(gaps.gaps().get(2).firstTrain() + gaps.gaps().get(2).secondTrain());
  }
}
