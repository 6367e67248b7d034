package dev.microtome.probing;

import dev.microtome.linalg.Matrix;

/** What says which class an activation is of. */
public interface ClassProbe {
  /** C. */
  int classes();

  /**
   * Logarithms of the classes' probabilities, [n, C].
   *
   * @param x [n, d]
   * @throws IllegalArgumentException if the activations have another width than those it was fitted
   *     to
   */
  Matrix logProbabilities(ProbeRows x);

  /** The most probable class of each row; of two equal ones the first. */
  default int[] predict(ProbeRows x) {
    Matrix scores = logProbabilities(x);
    int[] predicted = new int[scores.rows()];
    for (int row = 0; row < predicted.length; row++) {
      predicted[row] = largest(scores, row);
    }
    return predicted;
  }

  /** The column of a row's largest number; of two equal ones the first. */
  static int largest(Matrix scores, int row) {
    int largest = 0;
    for (int i = 1; i < scores.columns(); i++) {
      if (scores.at(row, i) > scores.at(row, largest)) {
        largest = i;
      }
    }
    return largest;
  }
}
