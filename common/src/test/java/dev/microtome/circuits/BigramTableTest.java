package dev.microtome.circuits;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.load.ModelWeights;
import java.util.List;
import org.junit.jupiter.api.Test;

class BigramTableTest {
  @Test
  void theLikeliestSuccessorsComeFirst() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = FrameworkModel.weights(manager)) {
      FrameworkWeights weights = FrameworkWeights.of(stored, FrameworkWeights.Folding.NONE);
      Matrix logits = BigramTable.of(weights).logits(10, 14);

      List<List<BigramTable.Entry>> all = BigramTable.of(weights).top(10, 14, 40);
      List<List<BigramTable.Entry>> some = BigramTable.of(weights).top(10, 14, 3);

      assertThat(all).hasSize(4);
      for (int i = 0; i < 4; i++) {
        assertThat(some.get(i)).isEqualTo(all.get(i).subList(0, 3));
        double mass = 0;
        for (int rank = 0; rank < 40; rank++) {
          BigramTable.Entry entry = all.get(i).get(rank);
          assertThat(entry.source()).isEqualTo(10 + i);
          assertThat(entry.logit()).isEqualTo(logits.at(i, entry.out()));
          mass += Math.exp(entry.logProbability());
          if (rank > 0) {
            assertThat(entry.logit()).isLessThanOrEqualTo(all.get(i).get(rank - 1).logit());
          }
        }
        assertThat(mass).isCloseTo(1, within(1e-12));
      }
    }
  }

  @Test
  void topIndicesPreferTheLowerOfEqualOnes() {
    assertThat(TopIndices.of(new double[] {1, 3, 3, 2, 3}, 2)).containsExactly(1, 2);
    assertThat(TopIndices.of(new double[] {1, 3, 3, 2, 3}, 9)).containsExactly(1, 2, 4, 3, 0);
  }
}
