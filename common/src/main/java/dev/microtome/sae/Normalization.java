package dev.microtome.sae;

/** What is done to an activation before it is encoded, and undone behind the decoder. */
public enum Normalization {
  NONE("none"),

  /**
   * One factor √dIn / mean‖x‖ for all inputs ({@link AverageNorm}), folded into the weights of a
   * finished SAE, so that a folder never asks for it.
   */
  EXPECTED_AVERAGE_NORM("expected_average_only_in"),

  /** Each input to the norm √dIn. */
  CONSTANT_NORM("constant_norm_rescale"),

  /**
   * Each input to mean 0 and unbiased standard deviation s, divided by s + 1e-5; the output is
   * multiplied by s. It depends on the token and cannot be folded: a folder names it in cfg.json.
   */
  LAYER_NORM("layer_norm");

  private final String key;

  Normalization(String key) {
    this.key = key;
  }

  /** The value of {@code normalize_activations} in SAELens's cfg.json. */
  public String key() {
    return key;
  }
}
