package dev.microtome.erasure;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An eraser that knows targets, and what its fit says of the data.
 *
 * @param rows n
 * @param rank directions in which the targets vary
 * @param crossCovarianceBefore largest modulus of an entry of Σxz
 * @param crossCovarianceAfter the same of erased activations
 * @param effect on the sample
 */
public record OracleFit(
    OracleEraser eraser,
    long rows,
    int rank,
    double crossCovarianceBefore,
    double crossCovarianceAfter,
    ErasureEffect effect) {

  /** Numbers by their name in a table. */
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("rows", (double) rows);
    metrics.put("dimensions", (double) eraser.dimensions());
    metrics.put("erased_rank", (double) rank);
    metrics.put("cross_covariance_before", crossCovarianceBefore);
    metrics.put("cross_covariance_after", crossCovarianceAfter);
    metrics.putAll(effect.metrics());
    return metrics;
  }
}
