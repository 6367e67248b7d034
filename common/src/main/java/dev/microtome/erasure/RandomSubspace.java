package dev.microtome.erasure;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.Svd;
import java.util.Random;

/**
 * Erasers of random subspaces: orthogonal projections, all subspaces of a rank equally likely. What
 * a model loses without one is what it loses by the number of dimensions alone.
 */
public final class RandomSubspace {
  private RandomSubspace() {}

  /**
   * An eraser of the span of {@code rank} Gaussian vectors.
   *
   * @param rank at most as many as there are dimensions
   * @param bias [d]: a point that stays where it is
   * @throws IllegalArgumentException if there are more dimensions to erase than there are
   */
  public static LeaceEraser eraser(int rank, double[] bias, long seed) {
    if (rank > bias.length) {
      throw new IllegalArgumentException(
          "Subspace of %d of %d dimensions".formatted(rank, bias.length));
    }
    Random random = new Random(seed);
    double[] values = new double[bias.length * rank];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextGaussian();
    }
    Matrix basis = Svd.of(Matrix.of(bias.length, rank, values)).left();
    return new LeaceEraser(new FactoredMatrix(basis, basis.transpose()), bias);
  }
}
