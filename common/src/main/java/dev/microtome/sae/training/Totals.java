package dev.microtome.sae.training;

/** The sums of a batch's tiles, added in their order in float64. */
final class Totals {
  private final double[] centered;
  private final double[] error;
  private final double[] squaredErrors;
  private double square;
  private double auxiliaryError;
  private long active;

  Totals(int width, int levels) {
    centered = new double[width];
    error = new double[width];
    squaredErrors = new double[levels];
  }

  void add(Tile tile) {
    square += tile.square;
    auxiliaryError += tile.auxiliaryError;
    active += tile.active;
    for (int level = 0; level < squaredErrors.length; level++) {
      squaredErrors[level] += tile.squaredErrors[level];
    }
    for (int j = 0; j < centered.length; j++) {
      centered[j] += tile.centered[j];
      error[j] += tile.error[j];
    }
  }

  /**
   * The sums of the batch.
   *
   * @param auxiliaryScale s of AuxK
   * @param penalty with its coefficient
   */
  StepSums sums(int rows, int dead, double auxiliaryScale, double penalty) {
    double ofMean = 0;
    for (double sum : centered) {
      ofMean += sum * sum;
    }
    return new StepSums(
        rows,
        squaredErrors,
        square - ofMean / rows,
        auxiliaryScale * auxiliaryError,
        penalty,
        active,
        dead);
  }

  /** Σe over rows, and levels. */
  float[] error() {
    float[] result = new float[error.length];
    for (int j = 0; j < result.length; j++) {
      result[j] = (float) error[j];
    }
    return result;
  }
}
