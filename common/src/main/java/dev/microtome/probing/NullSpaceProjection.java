package dev.microtome.probing;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.Svd;
import java.util.ArrayList;
import java.util.List;

/**
 * Iterated null-space projection: fit a probe, project its directions out, again. Orthogonal
 * projections P = I − BᵀB, through 0.
 *
 * @see <a href="https://arxiv.org/abs/2004.07667">Ravfogel et al. 2020, INLP</a>
 */
public final class NullSpaceProjection {
  /** Singular values of a round's weights that count, against the largest. */
  private static final double TOLERANCE = 1e-3;

  private NullSpaceProjection() {}

  /**
   * One round.
   *
   * @param probe fitted to what the rounds before left
   * @param basis B [rank, d], orthonormal, of this round and those before
   */
  public record Round(LogisticProbe probe, Matrix basis) {
    /** What is removed, BᵀB. */
    public FactoredMatrix removed() {
      return new FactoredMatrix(basis.transpose(), basis);
    }
  }

  /**
   * Projects so many rounds, or until all dimensions are gone.
   *
   * @param c of the probes, as in {@link LogisticFitter#fit}
   */
  public static List<Round> rounds(ProbeRows x, int[] labels, int classes, int rounds, double c) {
    List<Round> done = new ArrayList<>();
    int d = x.columns();
    Matrix basis = Matrix.zeros(0, d);
    while (done.size() < rounds && basis.rows() < d) {
      LogisticProbe probe;
      try (ProbeRows left =
          x.without(new FactoredMatrix(basis.transpose(), basis), new double[d])) {
        probe = new LogisticFitter(left, labels, classes).fit(c).probe();
      }
      basis = joined(basis, probe.weights());
      done.add(new Round(probe, basis));
    }
    return done;
  }

  /** The basis, and orthonormal directions of the weights beside it. */
  private static Matrix joined(Matrix basis, Matrix weights) {
    Matrix beside = weights.plus(weights.timesTranspose(basis).times(basis).scaled(-1));
    Svd svd = Svd.of(beside);
    int rank = 0;
    int room = basis.columns() - basis.rows();
    while (rank < Math.min(svd.count(), room) && svd.value(rank) > TOLERANCE * svd.value(0)) {
      rank++;
    }
    double[] values = new double[(basis.rows() + rank) * basis.columns()];
    System.arraycopy(basis.toArray(), 0, values, 0, basis.rows() * basis.columns());
    double[] fresh = svd.right().rows(0, rank).toArray();
    System.arraycopy(fresh, 0, values, basis.rows() * basis.columns(), fresh.length);
    return Matrix.of(basis.rows() + rank, basis.columns(), values);
  }
}
