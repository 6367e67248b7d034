package dev.microtome.model.load;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

/** The {@code layer_types} of transformers 5: which layers attend within a window. */
final class LayerTypes {
  private static final String SLIDING = "sliding_attention";
  private static final Set<String> KNOWN = Set.of(SLIDING, "full_attention");

  private LayerTypes() {}

  /** For each layer whether it has a window, or empty if the key is absent. */
  static Optional<List<Boolean>> sliding(ConfigJson json, int nLayers) {
    Optional<List<String>> types = json.names("layer_types", KNOWN);
    types
        .filter(names -> names.size() != nLayers)
        .ifPresent(
            names -> {
              throw json.conflict(
                  "layer_types names %d layers, the model has %d".formatted(names.size(), nLayers));
            });
    return types.map(names -> names.stream().map(SLIDING::equals).toList());
  }

  /** The window of each layer, 0 for none. */
  static List<Integer> windows(List<Boolean> sliding, int window) {
    return IntStream.range(0, sliding.size()).mapToObj(i -> sliding.get(i) ? window : 0).toList();
  }
}
