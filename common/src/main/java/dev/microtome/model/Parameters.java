package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import java.util.Map;
import java.util.Optional;

/**
 * A model's weights by canonical name, such as {@code blocks.0.attn.W_O}; matrices are [out, in].
 */
record Parameters(Map<String, NDArray> byName) {

  Optional<NDArray> find(String name) {
    return Optional.ofNullable(byName.get(name));
  }

  NDArray get(String name) {
    return find(name)
        .orElseThrow(() -> new IllegalArgumentException("Parameter " + name + " is missing"));
  }

  /** As {@link #get(String)}, refusing any other shape. */
  NDArray get(String name, long... shape) {
    NDArray parameter = get(name);
    if (!parameter.getShape().equals(new Shape(shape))) {
      throw new IllegalArgumentException(
          "Parameter %s has shape %s, the configuration implies %s"
              .formatted(name, parameter.getShape(), new Shape(shape)));
    }
    return parameter;
  }
}
