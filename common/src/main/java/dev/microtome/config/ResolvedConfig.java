package dev.microtome.config;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Function;

/** A configuration record as it was read, with every default filled in. */
public record ResolvedConfig<C extends Record>(C value) {
  /** All keys as the user writes them, sorted, inputs as paths. */
  public JsonNode json() {
    return ConfigWriter.json(value, InputPath::value);
  }

  /**
   * All keys, sorted, with something else in the place of each input's path.
   *
   * @param digest what stands for an input
   */
  public JsonNode json(Function<InputPath, String> digest) {
    return ConfigWriter.json(value, digest);
  }
}
