package dev.microtome.model.load;

import dev.microtome.model.load.Blueprint.Tying;
import dev.microtome.model.load.LlamaLayout.Biases;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Qwen2 and 2.5 (Yang et al. 2024): Llama with biases in q, k and v, and a window in the upper
 * layers if it is switched on.
 */
final class Qwen2 implements Architecture {
  @Override
  public String modelType() {
    return "qwen2";
  }

  @Override
  public Blueprint blueprint(ConfigJson json) {
    json.only("use_mrope", false);
    LlamaLayout layout = LlamaLayout.of(json, 32_768);
    ModelConfigBuilder config =
        layout
            .config(modelType(), json)
            .activation(json.activation("hidden_act", "silu"))
            .attentionWindows(windows(json, layout.nLayers()));
    return layout.blueprint(
        Blueprint.builder(config.build()),
        Tying.of(json, Tying.SEPARATE),
        Biases.QUERIES_KEYS_VALUES);
  }

  private static List<Integer> windows(ConfigJson json, int nLayers) {
    int given =
        json.isNull("sliding_window")
            ? 0
            : json.size("sliding_window", Integer.MAX_VALUE, 4096).intSize();
    int window = json.flag("use_sliding_window", false) ? given : 0;
    int firstLayer = json.whole("max_window_layers", 0, 28);
    List<Boolean> sliding =
        LayerTypes.sliding(json, nLayers)
            .orElseGet(
                () ->
                    IntStream.range(0, nLayers)
                        .mapToObj(i -> window > 0 && i >= firstLayer)
                        .toList());
    if (window == 0 && sliding.contains(true)) {
      throw json.conflict(
          "layer_types has sliding_attention, but use_sliding_window and sliding_window give no window");
    }
    return LayerTypes.windows(sliding, window);
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
