package dev.microtome.model.load;

import dev.microtome.model.ModelConfig;
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

    Builder copy(String tensor, String original) {
      copies.put(tensor, original);
      return this;
    }

    Blueprint build() {
      return new Blueprint(config, parameters, shared, copies);
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
