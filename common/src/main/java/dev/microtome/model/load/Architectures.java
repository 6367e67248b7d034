package dev.microtome.model.load;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.run.InputException;
import java.util.List;

/** The families that can be loaded. */
final class Architectures {
  private static final List<Architecture> ALL =
      List.of(
          new Gpt2(),
          new GptNeo(),
          new GptNeoX(),
          new GptJ(),
          new Llama(),
          new Mistral(),
          new Qwen2(),
          new Gemma2(),
          new Opt(),
          new Bert(),
          new Toy());

  private Architectures() {}

  static List<String> modelTypes() {
    return ALL.stream().map(Architecture::modelType).sorted().toList();
  }

  /** The family that config.json names. */
  static Architecture of(ConfigJson json) {
    String modelType = json.string("model_type");
    return ALL.stream()
        .filter(family -> family.modelType().equals(modelType))
        .findFirst()
        .orElseThrow(
            () ->
                json.unsupported(
                    "model_type",
                    "'" + Json.shorten(modelType) + "'",
                    String.join(", ", modelTypes())));
  }

  /** Reads a whole config.json: everything in it is honoured, harmless or refused. */
  static Blueprint blueprint(Architecture family, ConfigJson json) {
    json.only("is_encoder_decoder", false);
    json.only("add_cross_attention", false);
    json.only("tie_encoder_decoder", false);
    JsonNode pruned = json.node("pruned_heads").orElse(null);
    if (pruned != null && !pruned.isEmpty()) {
      throw json.wrong("pruned_heads", pruned, "none: pruned heads are not supported");
    }
    Blueprint blueprint;
    try {
      blueprint = family.blueprint(json);
    } catch (ArithmeticException e) {
      throw new InputException(json.file() + ": the sizes it gives are too large to multiply", e);
    }
    json.refuseUnread(family.harmlessKeys());
    return blueprint;
  }
}
