package dev.microtome.stats;

import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;
import java.io.Serializable;
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
 *
 * <p>Ships to executors: components · (rows + 2) numbers.
 */
public final class Pca implements Serializable {
  private static final long serialVersionUID = 1;

  private final int rows;
  private final double[] eigenvalues; // [components]
  private final double[] vectors; // [components, rows]
  private final int[] signs; // [components]
  private final double totalVariance;

  private Pca(int rows, double[] eigenvalues, double[] vectors, int[] signs, double totalVariance) {
    this.rows = rows;
    this.eigenvalues = eigenvalues;
    this.vectors = vectors;
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
    double[] eigenvalues = new double[count];
    double[] vectors = new double[count * rows];
    for (int component = 0; component < count; component++) {
      eigenvalues[component] = eigen.value(component);
      System.arraycopy(eigen.vector(component), 0, vectors, component * rows, rows);
    }
    int[] signs = new int[count];
    Arrays.fill(signs, 1);
    return new Pca(rows, eigenvalues, vectors, signs, gram.trace() / (rows - 1));
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
    return new Pca(rows, eigenvalues, vectors, signed, totalVariance);
  }

  public int rows() {
    return rows;
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
    return signs[component] * vectors[component * rows + row] * singularValue;
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
    double[] weights = new double[components() * rows];
    for (int component = 0; component < components(); component++) {
      double factor = signs[component] / singularValue(component);
      for (int row = 0; row < rows; row++) {
        weights[component * rows + row] = factor * vectors[component * rows + row];
      }
    }
    return Matrix.of(components(), rows, weights).times(PcaFitter.centred(block));
  }

  private double eigenvalue(int component) {
    if (component < 0 || component >= signs.length) {
      throw new IndexOutOfBoundsException("Component %d of %d".formatted(component, signs.length));
    }
    return eigenvalues[component];
  }
}
