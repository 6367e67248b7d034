package dev.microtome.training;

import ai.djl.ndarray.types.Shape;
import dev.microtome.model.Activation;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.model.load.ToyConfig.PositionKind;
import java.util.LinkedHashMap;
import java.util.Map;

/** The trained tensors of an architecture, as a toy folder stores them: TransformerLens's names. */
final class ToyParameters {
  private final ToyConfig config;
  private final Map<String, Shape> shapes = new LinkedHashMap<>();

  private ToyParameters(ToyConfig config) {
    this.config = config;
  }

  /** Shapes by name, in the order of the forward pass. */
  static Map<String, Shape> shapes(ToyConfig config) {
    ToyParameters parameters = new ToyParameters(config);
    parameters.add();
    return parameters.shapes;
  }

  private void add() {
    shapes.put("embed.W_E", new Shape(config.dVocab(), config.dModel()));
    if (config.positions() == PositionKind.LEARNED
        || config.positions() == PositionKind.SHORTFORMER) {
      shapes.put("pos_embed.W_pos", new Shape(config.nCtx(), config.dModel()));
    }
    for (int layer = 0; layer < config.nLayers(); layer++) {
      String block = "blocks." + layer + ".";
      norm(block + "ln1");
      attention(block + "attn.");
      if (config.dMlp() > 0) {
        norm(block + "ln2");
        mlp(block + "mlp.");
      }
    }
    norm("ln_final");
    if (!config.tied()) {
      shapes.put("unembed.W_U", new Shape(config.dModel(), config.dVocab()));
    }
    bias("unembed.b_U", config.dVocab());
  }

  private void attention(String name) {
    for (String kind : new String[] {"Q", "K", "V"}) {
      shapes.put(name + "W_" + kind, new Shape(config.nHeads(), config.dModel(), config.dHead()));
      bias(name + "b_" + kind, config.nHeads(), config.dHead());
    }
    shapes.put(name + "W_O", new Shape(config.nHeads(), config.dHead(), config.dModel()));
    bias(name + "b_O", config.dModel());
    if (config.smearedKeys()) {
      shapes.put(name + "alpha", new Shape(config.nHeads()));
    }
  }

  private void mlp(String name) {
    shapes.put(name + "W_in", new Shape(config.dModel(), config.dMlp()));
    bias(name + "b_in", config.dMlp());
    if (config.activation() == Activation.SOLU_LN) {
      affine(name + "ln", config.dMlp());
    }
    shapes.put(name + "W_out", new Shape(config.dMlp(), config.dModel()));
    bias(name + "b_out", config.dModel());
  }

  private void norm(String name) {
    if (config.norm() == NormKind.LAYER_NORM) {
      affine(name, config.dModel());
    }
  }

  private void affine(String name, int width) {
    shapes.put(name + ".w", new Shape(width));
    shapes.put(name + ".b", new Shape(width));
  }

  private void bias(String name, long... shape) {
    if (config.biases()) {
      shapes.put(name, new Shape(shape));
    }
  }

  /** Whether a tensor is a matrix of weights, which decay, and not a bias, a norm or α. */
  static boolean isWeight(String name) {
    return name.substring(name.lastIndexOf('.') + 1).startsWith("W_");
  }
}
