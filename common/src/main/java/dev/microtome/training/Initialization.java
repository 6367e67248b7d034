package dev.microtome.training;

import dev.microtome.model.load.ToyConfig;
import dev.microtome.stats.Seeds;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;

/**
 * The weights a training begins with: GPT-2's scheme with TransformerLens's width. Every {@code W_}
 * is normal with mean 0 and a standard deviation of 0.8/√dModel, {@code W_O} and {@code W_out},
 * which write to the stream, 1/√(2·nLayers) of it (Radford et al. 2019). Biases are 0, the weights
 * of norms 1. Smearing begins at α = 0: a key is the mean of its own and the one before.
 *
 * <p>A tensor's values depend on the seed and its name alone, so that a layer more, or an MLP,
 * leaves the others' values as they are.
 */
final class Initialization {
  private static final double RANGE = 0.8;

  private Initialization() {}

  /** Row-major values by name. */
  static Map<String, float[]> of(ToyConfig config, long seed) {
    Map<String, float[]> values = new LinkedHashMap<>();
    ToyParameters.shapes(config)
        .forEach(
            (name, shape) ->
                values.put(name, tensor(config, seed, name, Math.toIntExact(shape.size()))));
    return values;
  }

  private static float[] tensor(ToyConfig config, long seed, String name, int size) {
    float[] values = new float[size];
    if (!ToyParameters.isWeight(name)) {
      Arrays.fill(values, name.endsWith(".w") ? 1 : 0);
      return values;
    }
    double deviation = RANGE / Math.sqrt(config.dModel());
    if (name.endsWith(".W_O") || name.endsWith(".W_out")) {
      deviation /= Math.sqrt(2.0 * config.nLayers());
    }
    // java.util.Random is specified to the bit, nextGaussian included.
    Random random = new Random(Seeds.of(seed, "initialize " + name));
    for (int i = 0; i < size; i++) {
      values[i] = (float) (deviation * random.nextGaussian());
    }
    return values;
  }
}
