package dev.microtome.model.load;

import dev.microtome.model.load.Blueprint.Tying;
import dev.microtome.model.load.LlamaLayout.Biases;
import java.util.Collections;

/** Mistral (Jiang et al. 2023): Llama with a sliding window in every layer. */
final class Mistral implements Architecture {
  private static final int DEFAULT_WINDOW = 4096;

  @Override
  public String modelType() {
    return "mistral";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    LlamaLayout layout = LlamaLayout.of(json, 131_072);
    int window =
        json.isNull("sliding_window")
            ? 0
            : json.size("sliding_window", Integer.MAX_VALUE, DEFAULT_WINDOW).intSize();
    ModelConfigBuilder config =
        layout
            .config(modelType(), json)
            .activation(json.activation("hidden_act", "silu"))
            .attentionWindows(Collections.nCopies(layout.nLayers(), window));
    return layout.blueprint(
        Blueprint.builder(config.build()), Tying.of(json, Tying.SEPARATE), Biases.NONE);
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
