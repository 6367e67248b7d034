package dev.microtome.config;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.run.InputException;
import java.util.Map;
import java.util.function.Function;

/**
 * A configuration record as it was read, with every default filled in.
 *
 * @param places where each key that was given came from, as in {@code " (a.conf, line 3)"}
 */
public record ResolvedConfig<C extends Record>(C value, Map<String, String> places) {
  public ResolvedConfig {
    places = Map.copyOf(places);
  }

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

  /**
   * A refusal of a value that could only be judged with the inputs at hand, with the place the
   * value came from: that of its key, or of the group that holds it.
   */
  public InputException located(ConfigException refusal) {
    String key = refusal.key();
    while (!places.containsKey(key) && key.matches(".*[.\\[].*")) {
      key = key.replaceFirst("[.\\[][^.\\[]*$", "");
    }
    return new InputException(
        refusal.getMessage() + places.getOrDefault(key, " (default)"), refusal);
  }
}
