package dev.microtome.sae.training;

import dev.microtome.sae.Mapping;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.SaeConfig;

/**
 * The {@link Normalization} of rows, as {@code dense.py} has it of arrays. Of a transcoder's row
 * the targets, which lie behind what is encoded, are multiplied by their factor alone.
 *
 * @param inputFactor of {@link Normalization#EXPECTED_AVERAGE_NORM}, 1 elsewhere
 * @param outputFactor the same of targets
 */
record RowNormalizer(SaeConfig config, double inputFactor, double outputFactor) {
  /** As in {@code dense.py} and SAELens. */
  private static final double LAYER_NORM_EPSILON = 1e-5;

  /**
   * Normalises rows.
   *
   * @param target may be the rows themselves
   */
  void normalize(float[][] rows, float[][] target) {
    for (int i = 0; i < rows.length; i++) {
      switch (config.normalization()) {
        case NONE, EXPECTED_AVERAGE_NORM -> scaleInput(rows[i], 0, inputFactor, target[i]);
        case CONSTANT_NORM -> toConstantNorm(rows[i], target[i]);
        case LAYER_NORM -> toUnitDeviation(rows[i], target[i]);
      }
      if (config.mapping() != Mapping.AUTOENCODER) {
        for (int j = config.dIn(); j < rows[i].length; j++) {
          target[i][j] = (float) (outputFactor * rows[i][j]);
        }
      }
    }
  }

  private void scaleInput(float[] raw, double mean, double by, float[] target) {
    for (int j = 0; j < config.dIn(); j++) {
      target[j] = (float) (by * (raw[j] - mean));
    }
  }

  /** To the norm √d; a row of zeros stays. */
  private void toConstantNorm(float[] raw, float[] target) {
    double square = squares(raw, 0);
    scaleInput(raw, 0, square == 0 ? 1 : Math.sqrt(config.dIn() / square), target);
  }

  /** To mean 0 and an unbiased standard deviation of 1. */
  private void toUnitDeviation(float[] raw, float[] target) {
    double sum = 0;
    for (int j = 0; j < config.dIn(); j++) {
      sum += raw[j];
    }
    double mean = sum / config.dIn();
    double deviation = Math.sqrt(squares(raw, mean) / (config.dIn() - 1));
    scaleInput(raw, mean, 1 / (deviation + LAYER_NORM_EPSILON), target);
  }

  private double squares(float[] raw, double mean) {
    double sum = 0;
    for (int j = 0; j < config.dIn(); j++) {
      sum += (raw[j] - mean) * (raw[j] - mean);
    }
    return sum;
  }
}
