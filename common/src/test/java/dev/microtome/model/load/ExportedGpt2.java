package dev.microtome.model.load;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.Activation;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.Collectors;

/**
 * The model of {@code golden/exported-gpt2}: a toy model that GPT-2's format can hold, with weights
 * from a fixed seed. Its main method writes the folder anew; then run {@code
 * src/test/python/exported_gpt2.py} on it.
 */
final class ExportedGpt2 {
  static final ToyConfig CONFIG =
      ToyConfig.builder(53, 20)
          .layers(2)
          .width(24)
          .heads(3, 8)
          .mlp(40, Activation.GELU_TANH)
          .normEpsilon(1e-4)
          .tied()
          .build();

  private ExportedGpt2() {}

  public static void main(String[] arguments) {
    Path toy = Path.of(arguments[0]);
    Path exported = Path.of(arguments[1]);
    write(toy, exported);
  }

  /** Writes the toy folder, loads it, and writes what was loaded as a GPT-2. */
  static void write(Path toy, Path exported) {
    RandomToy random = RandomToy.of(CONFIG, new SplittableRandom(2));
    Arrays.fill(random.tensors().get("unembed.b_U"), 0);
    random.write(toy);
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = ModelWeights.load(ModelFiles.open(toy), manager)) {
      Gpt2Files.write(exported, CONFIG.modelConfig(), parameters(weights));
    }
  }

  static Map<String, NDArray> parameters(ModelWeights weights) {
    return weights.names().stream().collect(Collectors.toMap(name -> name, weights::get));
  }
}
