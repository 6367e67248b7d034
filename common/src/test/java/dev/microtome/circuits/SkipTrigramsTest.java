package dev.microtome.circuits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.circuits.SkipTrigrams.SkipTrigram;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.load.ModelWeights;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.junit.jupiter.api.Test;

class SkipTrigramsTest {
  /** All 40³ triples of a head, from the whole circuits. */
  @Test
  void areTheStrongestOfAllTriples() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = FrameworkModel.weights(manager)) {
      FrameworkWeights weights = FrameworkWeights.of(stored, FrameworkWeights.Folding.NONE);
      for (HeadIndex head : List.of(new HeadIndex(0, 0), new HeadIndex(1, 3))) {
        List<SkipTrigram> all = bruteForce(weights, head);
        for (int count : new int[] {1, 7, 300}) {
          List<SkipTrigram> found = SkipTrigrams.of(weights, head.layer(), head.head(), count);
          assertThat(found).hasSize(count);
          for (int i = 0; i < count; i++) {
            SkipTrigram expected = all.get(i);
            assertThat(
                    List.of(found.get(i).source(), found.get(i).destination(), found.get(i).out()))
                .isEqualTo(List.of(expected.source(), expected.destination(), expected.out()));
            assertThat(found.get(i).attentionLogit())
                .isCloseTo(expected.attentionLogit(), within(1e-12));
            assertThat(found.get(i).outLogit()).isCloseTo(expected.outLogit(), within(1e-12));
            assertThat(found.get(i).strength())
                .isEqualTo(found.get(i).attentionLogit() * found.get(i).outLogit());
          }
        }
      }
    }
  }

  @Test
  void everyTripleWithTwoPositivePartsIsFoundWhereThereIsRoom() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = FrameworkModel.weights(manager)) {
      FrameworkWeights weights = FrameworkWeights.of(stored, FrameworkWeights.Folding.NONE);
      List<SkipTrigram> all = bruteForce(weights, new HeadIndex(0, 1));
      assertThat(SkipTrigrams.of(weights, 0, 1, 40 * 40 * 40)).hasSameSizeAs(all);
    }
  }

  @Test
  void refusesToFindNone() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = FrameworkModel.weights(manager)) {
      FrameworkWeights weights = FrameworkWeights.of(stored, FrameworkWeights.Folding.NONE);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> SkipTrigrams.of(weights, 0, 0, 0))
          .withMessage("count must be positive: 0");
    }
  }

  private static List<SkipTrigram> bruteForce(FrameworkWeights weights, HeadIndex head) {
    Matrix qk = HeadCircuits.fullQk(weights, head.layer(), head.head()).product();
    Matrix ov = HeadCircuits.fullOv(weights, head.layer(), head.head()).product();
    List<SkipTrigram> all = new ArrayList<>();
    for (int source = 0; source < 40; source++) {
      for (int destination = 0; destination < 40; destination++) {
        double attention =
            (qk.at(destination, source)
                    - Arrays.stream(qk.row(destination)).average().orElseThrow())
                / Math.sqrt(6);
        for (int out = 0; out < 40; out++) {
          double logit = ov.at(source, out) - Arrays.stream(ov.row(source)).average().orElseThrow();
          if (attention > 0 && logit > 0) {
            all.add(new SkipTrigram(source, destination, out, attention, logit));
          }
        }
      }
    }
    all.sort(Comparator.comparingDouble(each -> -each.strength()));
    return all;
  }
}
