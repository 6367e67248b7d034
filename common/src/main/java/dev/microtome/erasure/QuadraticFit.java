package dev.microtome.erasure;

import java.util.LinkedHashMap;
import java.util.Map;

/**
 * An eraser of classes' means and covariances, and what its fit says of the data.
 *
 * @param rows n
 * @param fewestRows of a class
 * @param effect on the sample
 */
public record QuadraticFit(
    QuadraticEraser eraser, long rows, long fewestRows, ErasureEffect effect) {

  /** Numbers by their name in a table; {@code few_rows} is that of the smallest class. */
  public Map<String, Double> metrics() {
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("rows", (double) rows);
    metrics.put("dimensions", (double) eraser.dimensions());
    metrics.put("few_rows", fewestRows <= eraser.dimensions() ? 1.0 : 0.0);
    metrics.putAll(effect.metrics());
    return metrics;
  }
}
