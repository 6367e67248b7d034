package dev.microtome.erasure;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class TraceConstraintTest {
  private static final int WIDTH = 7;

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  /**
   * A projection that has nothing to do with the covariance, through a direction far from its own.
   */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void whatWouldMakeTheVarianceLargerIsMixedUntilItDoesNot(long seed) {
    Random random = new Random(seed);
    Matrix covariance = Labelled.gaussians(seed, 100, WIDTH, 2).fitter().covariance();
    Matrix left = Labelled.random(random, WIDTH, 1);
    Matrix right = Labelled.random(random, 1, WIDTH);
    right = right.plus(left.transpose().scaled(-right.times(left).trace() / left.inner(left)));
    right = right.scaled(10).plus(left.transpose().scaled(1 / left.inner(left)));
    FactoredMatrix oblique = new FactoredMatrix(left, right);
    assertThat(variance(oblique, covariance)).isGreaterThan(2 * covariance.trace());

    FactoredMatrix mixed = TraceConstraint.of(oblique, covariance);

    assertThat(variance(mixed, covariance))
        .isCloseTo(covariance.trace(), within(1e-9 * covariance.trace()));
    assertClose(mixed.right().times(mixed.left()), Matrix.of(1, 1, 1), 1e-12);
    // What it erases is what the other one erases.
    Matrix kept = left.plus(mixed.left().times(mixed.right().times(left)).scaled(-1));
    assertClose(kept, Matrix.zeros(WIDTH, 1), 1e-12);
  }

  private static double variance(FactoredMatrix removed, Matrix covariance) {
    Matrix projection = new LeaceEraser(removed, new double[WIDTH]).projection();
    return projection.times(covariance).timesTranspose(projection).trace();
  }
}
