package dev.microtome.sae;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.model.ModelIdentity;
import dev.microtome.model.load.ConfigJson;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * An {@link SaeSource} in cfg.json, by SAELens's names. That of the digest is not among them:
 * SAELens keeps what else the object has.
 */
final class SourceJson {
  /** What the object is called in cfg.json. */
  static final String KEY = "metadata";

  private SourceJson() {}

  static SaeSource read(ConfigJson metadata) {
    return new SaeSource(
        text(metadata, "model_name"),
        text(metadata, ModelIdentity.SHA256),
        text(metadata, "hook_name"),
        text(metadata, "hook_name_out"),
        metadata
            .node("context_size")
            .filter(JsonNode::canConvertToInt)
            .map(node -> OptionalInt.of(node.intValue()))
            .orElse(OptionalInt.empty()),
        metadata.node("prepend_bos").filter(JsonNode::isBoolean).map(JsonNode::booleanValue),
        text(metadata, "training_architecture"));
  }

  private static Optional<String> text(ConfigJson metadata, String key) {
    return metadata.node(key).filter(JsonNode::isTextual).map(JsonNode::textValue);
  }

  static void write(SaeSource source, ObjectNode json) {
    json.put("made_by", "microtome");
    source.model().ifPresent(model -> json.put("model_name", model));
    source.modelSha256().ifPresent(digest -> json.put(ModelIdentity.SHA256, digest));
    source.hook().ifPresent(hook -> json.put("hook_name", hook));
    source.outputHook().ifPresent(hook -> json.put("hook_name_out", hook));
    source.contextSize().ifPresent(size -> json.put("context_size", size));
    source.prependBos().ifPresent(bos -> json.put("prepend_bos", bos));
    source.architecture().ifPresent(name -> json.put("training_architecture", name));
  }
}
