package dev.microtome.stats;

import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;
import java.util.Arrays;

/**
 * Principal components of rows, from the Gram matrix G = Xc·Xcᵀ = V·Λ·Vᵀ of the centred rows:
 * singular values √Λ, scores V·√Λ, components Λ^(−½)·Vᵀ·Xc of length 1, explained variance Λ/(rows
 * − 1). Component 0 explains most.
 *
 * <p>Eigenvalues below rows·ε·(the largest) are rounding and have no component.
 *
 * <p>Signs are free until {@link #signedBy} fixes them as scikit-learn does: the entry of largest
 * modulus of each component is positive. Entries come from {@link #loadings}, a block of columns at
 * a time, and {@link LargestLoadings} remembers the largest.
 */
public final class Pca {
  private final SymmetricEigen eigen;
  private final int[] signs;
  private final double totalVariance;

  private Pca(SymmetricEigen eigen, int[] signs, double totalVariance) {
    this.eigen = eigen;
    this.signs = signs;
    this.totalVariance = totalVariance;
  }

  static Pca of(Matrix gram, int components) {
    int rows = gram.rows();
    if (components < 1 || components >= rows) {
      throw new IllegalArgumentException(
          "%d components of %d rows: expected 1 to %d".formatted(components, rows, rows - 1));
    }
    SymmetricEigen eigen = SymmetricEigen.of(gram);
    double floor = rows * Math.ulp(1.0) * eigen.value(0);
    int count = 0;
    while (count < components && eigen.value(count) > floor) {
      count++;
    }
    if (count == 0) {
      throw new IllegalArgumentException("PCA of %d rows that are all the same".formatted(rows));
    }
    int[] signs = new int[count];
    Arrays.fill(signs, 1);
    return new Pca(eigen, signs, gram.trace() / (rows - 1));
  }

  /**
   * The same components, each with its largest entry positive.
   *
   * @param largest over all columns, of this PCA's loadings
   * @throws IllegalArgumentException if it is of another number of components
   */
  public Pca signedBy(LargestLoadings largest) {
    if (largest.components() != signs.length) {
      throw new IllegalArgumentException(
          "Largest loadings of %d components, expected %d"
              .formatted(largest.components(), signs.length));
    }
    int[] signed = signs.clone();
    for (int component = 0; component < signed.length; component++) {
      if (largest.value(component) < 0) {
        signed[component] = -signed[component];
      }
    }
    return new Pca(eigen, signed, totalVariance);
  }

  public int rows() {
    return eigen.count();
  }

  /** How many there are: as asked for, or as many as the rows vary in. */
  public int components() {
    return signs.length;
  }

  /** σ of a component, √Λ. */
  public double singularValue(int component) {
    return Math.sqrt(eigenvalue(component));
  }

  /** Variance of the rows along a component, over rows − 1. */
  public double explainedVariance(int component) {
    return eigenvalue(component) / (rows() - 1);
  }

  /** The same as a share of the variance in all directions, in [0, 1]. */
  public double explainedVarianceRatio(int component) {
    return explainedVariance(component) / totalVariance;
  }

  /** Where a row lies along a component, in the unit of the columns. */
  public double score(int row, int component) {
    double singularValue = singularValue(component);
    return signs[component] * eigen.vectors().at(component, row) * singularValue;
  }

  /**
   * The components' entries of some columns, [components, columns]. Over all columns the squares of
   * a component sum to 1.
   *
   * @param block [rows, columns], as it was fitted
   * @throws IllegalArgumentException if it has another number of rows, or a number that is not
   *     finite
   */
  public Matrix loadings(Matrix block) {
    int rows = rows();
    double[] weights = new double[components() * rows];
    for (int component = 0; component < components(); component++) {
      double factor = signs[component] / singularValue(component);
      for (int row = 0; row < rows; row++) {
        weights[component * rows + row] = factor * eigen.vectors().at(component, row);
      }
    }
    return Matrix.of(components(), rows, weights).times(PcaFitter.centred(block));
  }

  private double eigenvalue(int component) {
    if (component < 0 || component >= signs.length) {
      throw new IndexOutOfBoundsException("Component %d of %d".formatted(component, signs.length));
    }
    return eigen.value(component);
  }
}
