package dev.microtome.erasure;

import dev.microtome.linalg.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * An eraser that needs labels, and what its targets say.
 *
 * @param targets how a label becomes the eraser's targets
 */
public record LabelledErasure(ConceptTargets targets, LabelledEraser eraser) {
  public LabelledErasure {
    if (targets.width() != eraser.targets()) {
      throw new IllegalArgumentException(
          "concept '%s' has %d targets, its eraser %d"
              .formatted(targets.concept(), targets.width(), eraser.targets()));
    }
  }

  /**
   * Erases the concept from activations, computing in float64.
   *
   * @param labels as text, of each activation a value for each column of the concept
   * @throws IllegalArgumentException if an activation has another width, or a label is no class
   */
  public List<float[]> apply(List<float[]> rows, List<List<String>> labels) {
    ConceptTargets.Encoder encoder = targets.encoder();
    int d = eraser.dimensions();
    int k = eraser.targets();
    double[] x = new double[Math.multiplyExact(rows.size(), d)];
    double[] z = new double[Math.multiplyExact(rows.size(), k)];
    for (int row = 0; row < rows.size(); row++) {
      float[] values = rows.get(row);
      if (values.length != d) {
        throw new IllegalArgumentException(
            "Activations of %d numbers for an eraser of %d".formatted(values.length, d));
      }
      for (int i = 0; i < d; i++) {
        x[row * d + i] = values[i];
      }
      System.arraycopy(encoder.targets(labels.get(row)), 0, z, row * k, k);
    }
    double[] erased =
        eraser.apply(Matrix.of(rows.size(), d, x), Matrix.of(rows.size(), k, z)).toArray();
    List<float[]> result = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      float[] values = new float[d];
      for (int i = 0; i < d; i++) {
        values[i] = (float) erased[row * d + i];
      }
      result.add(values);
    }
    return result;
  }
}
