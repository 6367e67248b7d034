package dev.microtome.linalg;

/**
 * A matrix of low rank as the product of two factors, left [rows, inner] · right [inner, columns]:
 * what a head does to the stream, for instance, is dModel × dModel but of rank dHead. Products,
 * norms, traces and eigenvalues are computed on the small side; {@link #product} alone makes the
 * whole matrix.
 *
 * @param left [rows, inner]
 * @param right [inner, columns]
 */
public record FactoredMatrix(Matrix left, Matrix right) {
  public FactoredMatrix {
    if (left.columns() != right.rows()) {
      throw new IllegalArgumentException(
          "Factors do not match: %d × %d and %d × %d"
              .formatted(left.rows(), left.columns(), right.rows(), right.columns()));
    }
  }

  public int rows() {
    return left.rows();
  }

  public int columns() {
    return right.columns();
  }

  /** Size of the small side: the rank is at most this. */
  public int inner() {
    return left.columns();
  }

  /** The whole matrix, [rows, columns]. */
  public Matrix product() {
    return left.times(right);
  }

  public FactoredMatrix transpose() {
    return new FactoredMatrix(right.transpose(), left.transpose());
  }

  /** The matrix product, its small side this one's. */
  public FactoredMatrix times(FactoredMatrix other) {
    return new FactoredMatrix(left, right.times(other.left).times(other.right));
  }

  /** ‖left·right‖ in Frobenius norm: √tr(leftᵀ·left · right·rightᵀ). */
  public double frobeniusNorm() {
    // Rounding can leave the square of a norm of 0 slightly below it.
    return Math.sqrt(Math.max(0, leftGram().inner(rightGram())));
  }

  /** leftᵀ·left, [inner, inner]. */
  public Matrix leftGram() {
    return left.transposeTimes(left);
  }

  /** right·rightᵀ, [inner, inner]. */
  public Matrix rightGram() {
    return right.timesTranspose(right);
  }

  /**
   * right·left, [inner, inner]: of a square matrix it has the trace and the eigenvalues other than
   * 0.
   *
   * @throws IllegalArgumentException if the matrix is not square
   */
  public Matrix core() {
    return right.times(left);
  }

  /** Sum of the diagonal of a square matrix. */
  public double trace() {
    return core().trace();
  }
}
