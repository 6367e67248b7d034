package dev.microtome.model.load;

import dev.microtome.model.Activation;
import dev.microtome.model.load.ToyConfig.PositionKind;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SplittableRandom;

/** A toy model with every switch and every weight drawn from a seed. */
public record RandomToy(ToyConfig config, Map<String, float[]> tensors) {
  private static final Activation[] ACTIVATIONS = {
    Activation.GELU, Activation.GELU_TANH, Activation.RELU, Activation.SOLU, Activation.SOLU_LN
  };

  public static RandomToy of(long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int dHead = random.nextInt(2, 6);
    ToyConfig.Builder config =
        ToyConfig.builder(random.nextInt(5, 30), 16)
            .layers(random.nextInt(4))
            .width(random.nextInt(1, 16))
            .heads(random.nextInt(1, 4), dHead)
            .normEpsilon(random.nextDouble(1e-6, 1e-2));
    if (random.nextBoolean()) {
      Activation activation = ACTIVATIONS[random.nextInt(ACTIVATIONS.length)];
      config.mlp(random.nextInt(1, 20), activation);
    }
    PositionKind[] kinds = PositionKind.values();
    PositionKind kind = kinds[random.nextInt(kinds.length)];
    if (kind == PositionKind.ROTARY) {
      config.rotary(2 * random.nextInt(1, dHead / 2 + 1), random.nextDouble(10, 20_000));
    } else {
      config.positions(kind);
    }
    if (random.nextBoolean()) {
      config.withoutNorms();
    }
    if (random.nextBoolean()) {
      config.withoutBiases();
    }
    if (random.nextBoolean()) {
      config.smearedKeys();
    }
    if (random.nextBoolean()) {
      config.tied();
    }
    return of(config.build(), random);
  }

  /** Weights for an architecture. */
  static RandomToy of(ToyConfig config, SplittableRandom random) {
    Map<String, float[]> tensors = new LinkedHashMap<>();
    StoredModel model = StoredModel.of(Path.of("random"), config.json());
    for (Parameter parameter : model.blueprint().parameters()) {
      for (Parameter.Source source : parameter.sources()) {
        float[] values = new float[Math.toIntExact(source.elements())];
        for (int i = 0; i < values.length; i++) {
          values[i] = (float) (random.nextDouble() - 0.5);
        }
        tensors.put(source.tensor(), values);
      }
    }
    return new RandomToy(config, tensors);
  }

  public Path write(Path folder) {
    ToyFiles.writeTensors(folder, config, tensors);
    return folder;
  }
}
