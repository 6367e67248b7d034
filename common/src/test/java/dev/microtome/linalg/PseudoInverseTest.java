package dev.microtome.linalg;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PseudoInverseTest {
  /** Of rank 5 it is the inverse; of less, what Moore and Penrose ask of A⁺·A. */
  @ParameterizedTest(name = "rank {0}")
  @ValueSource(ints = {1, 3, 5})
  void solvesWhereThereIsSomethingToSolve(int rank) {
    Random random = new Random(rank);
    double[] values = new double[5 * rank];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    Matrix factor = Matrix.of(5, rank, values);
    Matrix a = factor.timesTranspose(factor);
    Matrix projection = PseudoInverse.times(a, a);
    assertThat(projection.trace()).isCloseTo(rank, within(1e-9));
    assertClose(a.times(projection), a, 1e-9);
    assertClose(projection.times(projection), projection, 1e-9);
    assertClose(projection.transpose(), projection, 1e-9);
  }
}
