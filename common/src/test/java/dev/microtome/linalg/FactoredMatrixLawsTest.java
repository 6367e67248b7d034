package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is computed on the small side equals what the whole matrix gives. */
class FactoredMatrixLawsTest {
  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void equalsItsProduct(long seed) {
    Random random = new Random(seed);
    int size = 3 + random.nextInt(9);
    FactoredMatrix a = random(random, size, 1 + random.nextInt(4), size);
    FactoredMatrix b = random(random, size, 1 + random.nextInt(4), size + 2);

    // Float64 sums of a few products; saw 2e-14.
    assertThat(a.frobeniusNorm()).isCloseTo(a.product().frobeniusNorm(), within(1e-12));
    assertThat(a.trace()).isCloseTo(a.product().trace(), within(1e-12));
    assertClose(a.transpose().product(), a.product().transpose());
    assertClose(a.times(b).product(), a.product().times(b.product()));
    assertThat(a.times(b).inner()).isEqualTo(a.inner());
    assertThat(a.core().rows()).isEqualTo(a.inner());
  }

  @Test
  void theNormOfNothingIsNotNaN() {
    Matrix left = Matrix.of(2, 2, 1, 1e8, 1e-8, 1);
    Matrix right = Matrix.of(2, 2, 1e8, -1e8, -1, 1);
    assertThat(new FactoredMatrix(left, right).frobeniusNorm()).isNotNaN();
  }

  @Test
  void refusesFactorsThatDoNotMatch() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FactoredMatrix(Matrix.zeros(3, 2), Matrix.zeros(3, 4)))
        .withMessage("Factors do not match: 3 × 2 and 3 × 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new FactoredMatrix(Matrix.zeros(3, 2), Matrix.zeros(2, 4)).core())
        .withMessage("Columns and rows differ: 4 and 3");
  }

  private static void assertClose(Matrix found, Matrix expected) {
    assertThat(found.rows()).isEqualTo(expected.rows());
    assertThat(found.toArray()).containsExactly(expected.toArray(), within(1e-12));
  }

  private static FactoredMatrix random(Random random, int rows, int inner, int columns) {
    return new FactoredMatrix(
        Matrix.of(rows, inner, random.doubles((long) rows * inner, -1, 1).toArray()),
        Matrix.of(inner, columns, random.doubles((long) inner * columns, -1, 1).toArray()));
  }
}
