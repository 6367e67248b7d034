package dev.microtome.model.load;

import dev.microtome.model.load.Blueprint.Tying;
import dev.microtome.model.load.LlamaLayout.Biases;

/** Llama 1 to 3 (Touvron et al. 2023; Llama team 2024). */
final class Llama implements Architecture {
  @Override
  public String modelType() {
    return "llama";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    json.only("mlp_bias", false);
    LlamaLayout layout = LlamaLayout.of(json, 2048);
    Biases biases = json.flag("attention_bias", false) ? Biases.ALL : Biases.NONE;
    ModelConfigBuilder config =
        layout.config(modelType(), json).activation(json.activation("hidden_act", "silu"));
    return layout.blueprint(
        Blueprint.builder(config.build()), Tying.of(json, Tying.SEPARATE), biases);
  }

  @Override
  public String modernName(String tensor) {
    return LlamaLayout.modernName(tensor);
  }

  @Override
  public boolean ignores(String tensor) {
    return LlamaLayout.isBuffer(tensor);
  }
}
