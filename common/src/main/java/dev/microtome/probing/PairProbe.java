package dev.microtome.probing;

import dev.microtome.linalg.Matrix;

/**
 * A direction that tells the sides of pairs apart: sᵢ = w·xᵢ + oᵢ of side i, and the second class
 * where s₀ is above s₁. Of contrast-consistent search that is where ½(p₀ + 1 − p₁) is above ½.
 *
 * @param weights w [d]
 * @param offsets o [2]
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record PairProbe(double[] weights, double[] offsets) {
  public PairProbe {
    weights = weights.clone();
    offsets = offsets.clone();
  }

  /** What a search found. */
  public static PairProbe of(ContrastSearch.Direction found) {
    double[] w = found.weights();
    return new PairProbe(
        w,
        new double[] {
          found.intercept() - dot(w, found.mean0()), found.intercept() - dot(w, found.mean1())
        });
  }

  /** The first principal component of the pairs' differences, without labels: the baseline. */
  public static PairProbe firstComponent(Pairs pairs) {
    double[] w = ContrastSearch.firstComponent(pairs.first(), pairs.second());
    return new PairProbe(
        w,
        new double[] {
          -dot(w, ContrastSearch.mean(pairs.first())), -dot(w, ContrastSearch.mean(pairs.second()))
        });
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** A copy of w [d]. */
  @Override
  public double[] weights() {
    return weights.clone();
  }

  /** A copy of o [2]. */
  @Override
  public double[] offsets() {
    return offsets.clone();
  }

  /** The class of each pair, 0 or 1. */
  public int[] predict(Pairs pairs) {
    Matrix w = Matrix.of(weights.length, 1, weights);
    double[] one = pairs.first().times(w).toArray();
    double[] other = pairs.second().times(w).toArray();
    int[] classes = new int[one.length];
    for (int i = 0; i < classes.length; i++) {
      classes[i] = one[i] + offsets[0] > other[i] + offsets[1] ? 1 : 0;
    }
    return classes;
  }

  /** Of this direction and its opposite the one that is right of more of the labelled pairs. */
  public PairProbe signedBy(Pairs pairs) {
    PairScore score = PairScore.of(this, pairs);
    return score.accuracy() < 0.5 ? opposite() : this;
  }

  private PairProbe opposite() {
    double[] w = weights.clone();
    for (int i = 0; i < w.length; i++) {
      w[i] = -w[i];
    }
    return new PairProbe(w, new double[] {-offsets[0], -offsets[1]});
  }
}
