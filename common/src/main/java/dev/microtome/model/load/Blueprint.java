package dev.microtome.model.load;

import dev.microtome.model.ModelConfig;
import dev.microtome.model.load.Parameter.Source;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What a config.json says a model is: its numbers' configuration, and which stored tensors make its
 * parameters.
 *
 * @param parameters every parameter with its sources
 * @param shared parameters that are another one under a second name: tied embeddings
 * @param copies tensors that may be stored beside the one they repeat; they must then be equal
 */
record Blueprint(
    ModelConfig config,
    List<Parameter> parameters,
    Map<String, String> shared,
    Map<String, String> copies) {
  Blueprint {
    parameters = List.copyOf(parameters);
    shared = Map.copyOf(shared);
    copies = Map.copyOf(copies);
  }

  static Builder builder(ModelConfig config) {
    return new Builder(config);
  }

  static final class Builder {
    private final ModelConfig config;
    private final List<Parameter> parameters = new ArrayList<>();
    private final Map<String, String> shared = new LinkedHashMap<>();
    private final Map<String, String> copies = new LinkedHashMap<>();

    private Builder(ModelConfig config) {
      this.config = config;
    }

    Builder add(Parameter parameter) {
      parameters.add(parameter);
      return this;
    }

    /**
     * Adds {@code name.w} and {@code name.b} of a layer norm stored as {@code tensor.weight} and
     * {@code tensor.bias}.
     */
    Builder layerNorm(String name, String tensor, Dim width) {
      add(Parameter.of(name + ".w", tensor + ".weight", width));
      return add(Parameter.of(name + ".b", tensor + ".bias", width));
    }

    /**
     * Adds {@code name} with W and b in its place, such as {@code blocks.0.mlp.%s_in}, of a linear
     * layer stored [out, in] as {@code tensor.weight} and {@code tensor.bias}.
     */
    Builder linear(String name, String tensor, Dim out, Dim in) {
      add(Parameter.of(name.formatted("W"), tensor + ".weight", out, in));
      return add(Parameter.of(name.formatted("b"), tensor + ".bias", out));
    }

    /**
     * Adds the fused queries, keys and values from three tensors such as {@code from.q_proj}, with
     * their biases.
     */
    Builder qkv(String attention, AttentionSizes sizes, String q, String k, String v) {
      add(
          Parameter.stacked(
              attention + ".b_QKV",
              Source.of(q + ".bias", sizes.queries()),
              Source.of(k + ".bias", sizes.keys()),
              Source.of(v + ".bias", sizes.keys())));
      return qkvWithoutBias(attention, sizes, q, k, v);
    }

    Builder qkvWithoutBias(String attention, AttentionSizes sizes, String q, String k, String v) {
      return add(
          Parameter.stacked(
              attention + ".W_QKV",
              Source.of(q + ".weight", sizes.queries(), sizes.dModel()),
              Source.of(k + ".weight", sizes.keys(), sizes.dModel()),
              Source.of(v + ".weight", sizes.keys(), sizes.dModel())));
    }

    /** Adds the unembedding: the embedding under a second name, or the tensor's own values. */
    Builder unembedding(
        Tying tying, String embeddingTensor, String tensor, Dim dVocab, Dim dEmbed) {
      if (tying == Tying.TIED) {
        shared.put("unembed.W_U", "embed.W_E");
        copies.put(tensor, embeddingTensor);
        return this;
      }
      return add(Parameter.of("unembed.W_U", tensor, dVocab, dEmbed));
    }

    /** Adds a parameter that is another one under a second name and is not stored. */
    Builder share(String name, String original) {
      shared.put(name, original);
      return this;
    }

    Builder copy(String tensor, String original) {
      copies.put(tensor, original);
      return this;
    }

    Blueprint build() {
      return new Blueprint(config, parameters, shared, copies);
    }
  }

  /** Widths around an attention layer. */
  record AttentionSizes(Dim dModel, Dim nHeads, Dim nKeyValueHeads, Dim dHead) {
    /** All query heads side by side. */
    Dim queries() {
      return nHeads.times(dHead);
    }

    /** All key heads side by side; values are as wide. */
    Dim keys() {
      return nKeyValueHeads.times(dHead);
    }
  }

  /** Whether the unembedding is the embedding. */
  enum Tying {
    TIED,
    SEPARATE;

    /** The configuration's {@code tie_word_embeddings}. */
    static Tying of(ConfigJson json, Tying otherwise) {
      return json.flag("tie_word_embeddings", otherwise == TIED) ? TIED : SEPARATE;
    }
  }
}
