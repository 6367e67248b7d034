package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What an eraser does to the activations behind a mean and a covariance.
 *
 * @param variance their total variance, over n
 * @param varianceAfter that of erased activations
 * @param squaredDistance mean of ‖x − x̂‖²; of an oblique projection not the variance that it cuts
 */
public record ErasureEffect(double variance, double varianceAfter, double squaredDistance) {
  /** Numbers by their name in a table. */
  Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("variance", variance);
    metrics.put("variance_after", varianceAfter);
    metrics.put("squared_distance", squaredDistance);
    return metrics;
  }

  /**
   * The effect of x ↦ x − L·R·(x − b): with S the covariance tr((I − LR)·S·(I − LR)ᵀ), and
   * tr(LᵀL·R·S·Rᵀ) plus what the mean adds. Nothing but matrices of rank columns is made.
   *
   * @param mean of the activations [d]
   * @param covariance S [d, d], over n
   */
  public static ErasureEffect of(LeaceEraser eraser, double[] mean, Matrix covariance) {
    Matrix left = eraser.left();
    Matrix right = eraser.right();
    Matrix seen = right.times(covariance);
    Matrix gram = left.transposeTimes(left);
    double moved = gram.inner(seen.timesTranspose(right));
    double[] offset = eraser.bias();
    for (int i = 0; i < offset.length; i++) {
      offset[i] = mean[i] - offset[i];
    }
    Matrix shift = right.times(Matrix.of(offset.length, 1, offset));
    double variance = covariance.trace();
    return new ErasureEffect(
        variance,
        variance - 2 * seen.times(left).trace() + moved,
        moved + shift.inner(gram.times(shift)));
  }
}
