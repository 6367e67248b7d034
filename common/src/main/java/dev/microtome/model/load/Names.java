package dev.microtome.model.load;

/** Names of stored tensors. */
final class Names {
  private Names() {}

  static String without(String prefix, String tensor) {
    return tensor.startsWith(prefix) ? tensor.substring(prefix.length()) : tensor;
  }
}
