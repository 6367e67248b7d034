package dev.microtome.sae.training;

import ai.djl.ndarray.types.Shape;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.SaeConfig;
import dev.microtome.stats.Seeds;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * The weights a training begins with: rows of W_dec in random directions, of norm 1 where that is
 * held and 0.1 where it is free (Conerly et al. 2024 have 0.05 to 1), and for an autoencoder W_enc
 * its transpose. A transcoder's W_enc has directions of its own. Biases, r_mag and W_skip are 0, a
 * JumpReLU's threshold is 0.001 (Rajamanoharan et al. 2024).
 *
 * <p>A tensor's values depend on the seed, its name and its shape alone.
 */
final class InitialWeights {
  private static final double FREE_NORM = 0.1;
  private static final double THRESHOLD = 0.001;

  private InitialWeights() {}

  /** Row-major values by name. */
  static Map<String, float[]> of(SaeConfig config, long seed) {
    Map<String, float[]> values = new LinkedHashMap<>();
    double norm = config.architecture().decoderNorms() == DecoderNorms.UNIT ? 1 : FREE_NORM;
    float[] decoder = directions(config.dSae(), config.dOut(), norm, seed, "W_dec");
    for (Map.Entry<String, Shape> parameter : config.parameters().entrySet()) {
      float[] tensor = new float[Math.toIntExact(parameter.getValue().size())];
      switch (parameter.getKey()) {
        case "W_dec" -> tensor = decoder;
        case "W_enc" ->
            tensor =
                transposed(
                    config.mapping() == Mapping.AUTOENCODER
                        ? decoder
                        : directions(config.dSae(), config.dIn(), norm, seed, "W_enc"),
                    config.dSae(),
                    config.dIn());
        case "threshold" -> Arrays.fill(tensor, (float) THRESHOLD);
        case "log_threshold" -> Arrays.fill(tensor, (float) Math.log(THRESHOLD));
        default -> {}
      }
      values.put(parameter.getKey(), tensor);
    }
    return values;
  }

  private static float[] directions(int rows, int width, double norm, long seed, String name) {
    // java.util.Random is specified to the bit, nextGaussian included.
    Random random = new Random(Seeds.of(seed, "initialize " + name));
    float[] values = new float[Math.multiplyExact(rows, width)];
    double[] row = new double[width];
    for (int i = 0; i < rows; i++) {
      double squares = 0;
      for (int j = 0; j < width; j++) {
        row[j] = random.nextGaussian();
        squares += row[j] * row[j];
      }
      double factor = norm / Math.sqrt(squares);
      for (int j = 0; j < width; j++) {
        values[i * width + j] = (float) (factor * row[j]);
      }
    }
    return values;
  }

  private static float[] transposed(float[] values, int rows, int columns) {
    float[] result = new float[values.length];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        result[j * rows + i] = values[i * columns + j];
      }
    }
    return result;
  }
}
