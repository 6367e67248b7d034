package dev.microtome.sae.training;

import dev.microtome.stats.Seeds;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * The weights in training, which a step changes in place: encoder and decoder as a row a feature,
 * W_skip as a row an output, all others as one row.
 */
final class TopKParameters {
  /** Norm of a free decoder's rows at the start, as in Anthropic's update of April 2024. */
  private static final float FREE_NORM = 0.1f;

  /** As in Rajamanoharan et al. 2024. */
  private static final double FIRST_THRESHOLD = 0.001;

  private final Map<Parameter, float[][]> all = new EnumMap<>(Parameter.class);
  private final float[][] encoder;
  private final float[][] decoder;

  private TopKParameters(TopKShape shape) {
    encoder = new float[shape.dSae()][shape.dIn()];
    decoder = new float[shape.dSae()][shape.dOut()];
    all.put(Parameter.W_ENC, encoder);
    all.put(Parameter.W_DEC, decoder);
    for (Parameter parameter : ofFeatures(shape.selection())) {
      all.put(parameter, new float[1][shape.dSae()]);
    }
    all.put(Parameter.B_DEC, new float[1][shape.dOut()]);
    if (shape.skips()) {
      all.put(Parameter.W_SKIP, new float[shape.dOut()][shape.dIn()]);
    }
  }

  /** Those that have one number a feature. */
  private static List<Parameter> ofFeatures(Selection selection) {
    return switch (selection) {
      case ROW, BATCH, POSITIVE -> List.of(Parameter.B_ENC);
      case THRESHOLD -> List.of(Parameter.B_ENC, Parameter.LOG_THRESHOLD);
      case GATED -> List.of(Parameter.B_GATE, Parameter.R_MAG, Parameter.B_MAG);
    };
  }

  /**
   * Seeded weights. Where k features are kept, as sparsify draws them: the encoder uniform in
   * ±1/√d_in, the decoder its rows at unit norm. Elsewhere encoder and decoder are the same, rows
   * of norm 1, or 0.1 if nothing holds them. A decoder of another width than the encoder's has rows
   * of its own. All others are 0, thresholds 0.001.
   */
  static TopKParameters of(TopKShape shape, long seed) {
    TopKParameters parameters = zeros(shape);
    float[] products = new float[Math.max(shape.dIn(), shape.dOut())];
    float norm = shape.decoderNorm() == DecoderNorm.FREE ? FREE_NORM : 1;
    for (int i = 0; i < shape.dSae(); i++) {
      float[] row = parameters.encoder[i];
      float[] decoderRow = parameters.decoder[i];
      draw(row, seed, Parameter.W_ENC, i);
      if (shape.dIn() == shape.dOut()) {
        System.arraycopy(row, 0, decoderRow, 0, row.length);
      } else {
        draw(decoderRow, seed, Parameter.W_DEC, i);
      }
      Rows.normalize(decoderRow, products);
      if (!shape.selection().keepsLargest()) {
        Rows.normalize(row, products);
        Rows.scale(row, norm);
        Rows.scale(decoderRow, norm);
      }
    }
    if (shape.selection() == Selection.THRESHOLD) {
      Arrays.fill(parameters.logThresholds(), (float) Math.log(FIRST_THRESHOLD));
    }
    return parameters;
  }

  private static void draw(float[] row, long seed, Parameter parameter, int feature) {
    SplittableRandom random = new SplittableRandom(Seeds.of(seed, parameter.toString(), feature));
    double bound = 1 / Math.sqrt(row.length);
    for (int j = 0; j < row.length; j++) {
      row[j] = (float) (bound * (2 * random.nextDouble() - 1));
    }
  }

  static TopKParameters zeros(TopKShape shape) {
    return new TopKParameters(shape);
  }

  float[][] encoder() {
    return encoder;
  }

  float[][] decoder() {
    return decoder;
  }

  float[] encoderBias() {
    return row(Parameter.B_ENC);
  }

  float[] decoderBias() {
    return row(Parameter.B_DEC);
  }

  float[] logThresholds() {
    return row(Parameter.LOG_THRESHOLD);
  }

  /** A parameter of one row: not a copy. */
  float[] row(Parameter parameter) {
    return all.get(parameter)[0];
  }

  /** A parameter's rows: not copies. */
  float[][] rows(Parameter parameter) {
    return all.get(parameter);
  }

  /** All of them: not copies. */
  Map<Parameter, float[][]> all() {
    return all;
  }

  /**
   * Copies in SAELens's names and shapes: W_enc [d_in, d_sae], W_dec [d_sae, d_out], W_skip [d_out,
   * d_in].
   */
  Map<String, float[]> saeLens() {
    Map<String, float[]> named = new LinkedHashMap<>();
    all.forEach(
        (parameter, rows) ->
            named.put(
                parameter.toString(),
                parameter == Parameter.W_ENC ? transposed(rows) : sideBySide(rows)));
    return named;
  }

  private static float[] sideBySide(float[][] rows) {
    int width = rows[0].length;
    float[] flat = new float[Math.multiplyExact(rows.length, width)];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(rows[i], 0, flat, i * width, width);
    }
    return flat;
  }

  private static float[] transposed(float[][] rows) {
    int width = rows[0].length;
    float[] flat = new float[Math.multiplyExact(rows.length, width)];
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < width; j++) {
        flat[j * rows.length + i] = rows[i][j];
      }
    }
    return flat;
  }
}
