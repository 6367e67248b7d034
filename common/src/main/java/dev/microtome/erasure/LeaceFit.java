package dev.microtome.erasure;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An eraser, and what its fit says of the data.
 *
 * @param rows n
 * @param covarianceRank directions in which the covariance that was used varies by more than
 *     rounding; NaN of the orthogonal method, which looks at none
 * @param conditionNumber of that covariance, the largest eigenvalue over the smallest above
 *     rounding; NaN as above
 * @param droppedVarianceShare share of the total variance in directions that count as rounding
 * @param shrinkageWeight weight of the sample in the covariance; 1 without shrinkage
 * @param singularValues all, the largest first, as the tolerance saw them
 * @param crossCovarianceBefore largest modulus of an entry of Σxz
 * @param crossCovarianceAfter the same of erased activations
 * @param effect on the sample
 * @param orthogonalSquaredDistance mean of ‖x − x̂‖² over the sample, of the orthogonal projection
 *     that erases as much
 */
public record LeaceFit(
    LeaceEraser eraser,
    long rows,
    double covarianceRank,
    double conditionNumber,
    double droppedVarianceShare,
    double shrinkageWeight,
    List<Double> singularValues,
    double crossCovarianceBefore,
    double crossCovarianceAfter,
    ErasureEffect effect,
    double orthogonalSquaredDistance) {
  public LeaceFit {
    singularValues = List.copyOf(singularValues);
  }

  /** Whether there are so few rows that the covariance cannot vary in all dimensions. */
  public boolean hasFewRows() {
    return rows <= eraser.dimensions();
  }

  /** Numbers by their name in a table; those that do not apply are left out. */
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("rows", (double) rows);
    metrics.put("dimensions", (double) eraser.dimensions());
    metrics.put("few_rows", hasFewRows() ? 1.0 : 0.0);
    metrics.put("erased_rank", (double) eraser.rank());
    metrics.put("covariance_rank", covarianceRank);
    metrics.put("condition_number", conditionNumber);
    metrics.put("dropped_variance_share", droppedVarianceShare);
    metrics.put("shrinkage_weight", shrinkageWeight);
    for (int i = 0; i < singularValues.size(); i++) {
      metrics.put("singular_value_" + i, singularValues.get(i));
    }
    metrics.put("cross_covariance_before", crossCovarianceBefore);
    metrics.put("cross_covariance_after", crossCovarianceAfter);
    metrics.putAll(effect.metrics());
    metrics.put("orthogonal_squared_distance", orthogonalSquaredDistance);
    metrics.values().removeIf(value -> value.isNaN());
    return metrics;
  }
}
