package dev.microtome.sae.training;

import dev.microtome.stats.Seeds;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The weights in training: encoder and decoder as a row a feature, biases as one row, logarithms of
 * thresholds as one row where there are thresholds and none elsewhere.
 */
@SuppressWarnings("ArrayRecordComponent") // weights that a step changes in place, one owner
record TopKParameters(
    float[][] encoder,
    float[][] decoder,
    float[][] encoderBias,
    float[][] bias,
    float[][] thresholds) {

  /** Norm of a free decoder's rows at the start, as in Anthropic's update of April 2024. */
  private static final float FREE_NORM = 0.1f;

  /** As in Rajamanoharan et al. 2024. */
  private static final double FIRST_THRESHOLD = 0.001;

  /**
   * Seeded weights. Where k features are kept, as sparsify draws them: the encoder uniform in
   * ±1/√d_in, the decoder its rows at unit norm. Of a ReLU encoder and decoder are the same, rows
   * of norm 1, or 0.1 if nothing holds them. Biases are 0, thresholds 0.001.
   */
  static TopKParameters of(TopKShape shape, long seed) {
    TopKParameters parameters = zeros(shape);
    float[] products = new float[shape.dIn()];
    double bound = 1 / Math.sqrt(shape.dIn());
    for (int i = 0; i < shape.dSae(); i++) {
      SplittableRandom random = new SplittableRandom(Seeds.of(seed, "W_enc", i));
      float[] row = parameters.encoder[i];
      for (int j = 0; j < row.length; j++) {
        row[j] = (float) (bound * (2 * random.nextDouble() - 1));
      }
      System.arraycopy(row, 0, parameters.decoder[i], 0, row.length);
      Rows.normalize(parameters.decoder[i], products);
      if (shape.selection() == Selection.POSITIVE || shape.selection() == Selection.THRESHOLD) {
        if (shape.decoderNorm() == DecoderNorm.FREE) {
          Rows.scale(parameters.decoder[i], FREE_NORM);
        }
        System.arraycopy(parameters.decoder[i], 0, row, 0, row.length);
      }
    }
    for (float[] row : parameters.thresholds) {
      Arrays.fill(row, (float) Math.log(FIRST_THRESHOLD));
    }
    return parameters;
  }

  static TopKParameters zeros(TopKShape shape) {
    return new TopKParameters(
        new float[shape.dSae()][shape.dIn()],
        new float[shape.dSae()][shape.dIn()],
        new float[1][shape.dSae()],
        new float[1][shape.dIn()],
        new float[shape.selection() == Selection.THRESHOLD ? 1 : 0][shape.dSae()]);
  }

  float[] decoderBias() {
    return bias[0];
  }

  float[] logThresholds() {
    return thresholds[0];
  }

  /** All of them. */
  Map<Parameter, float[][]> all() {
    Map<Parameter, float[][]> all = new EnumMap<>(Parameter.class);
    all.put(Parameter.W_ENC, encoder);
    all.put(Parameter.W_DEC, decoder);
    all.put(Parameter.B_ENC, encoderBias);
    all.put(Parameter.B_DEC, bias);
    if (thresholds.length > 0) {
      all.put(Parameter.LOG_THRESHOLD, thresholds);
    }
    return all;
  }

  /** Copies in SAELens's names and shapes: W_enc [d_in, d_sae], W_dec [d_sae, d_in]. */
  Map<String, float[]> saeLens() {
    int features = encoder.length;
    int width = bias[0].length;
    float[] wEnc = new float[width * features];
    float[] wDec = new float[width * features];
    for (int i = 0; i < features; i++) {
      for (int j = 0; j < width; j++) {
        wEnc[j * features + i] = encoder[i][j];
      }
      System.arraycopy(decoder[i], 0, wDec, i * width, width);
    }
    Map<String, float[]> named = new LinkedHashMap<>();
    named.put(Parameter.W_ENC.toString(), wEnc);
    named.put(Parameter.W_DEC.toString(), wDec);
    named.put(Parameter.B_ENC.toString(), encoderBias[0].clone());
    named.put(Parameter.B_DEC.toString(), bias[0].clone());
    if (thresholds.length > 0) {
      named.put(Parameter.LOG_THRESHOLD.toString(), thresholds[0].clone());
    }
    return named;
  }
}
