package dev.microtome.model.load;

/**
 * One dimension of a shape that config.json implies, with the values it follows from: a wrong shape
 * is then explained.
 *
 * @param size above zero, except the width of an MLP that is not there
 * @param origin such as {@code num_key_value_heads 4 × head_dim 8}
 */
record Dim(long size, String origin) {
  static Dim of(long size) {
    return new Dim(size, Long.toString(size));
  }

  int intSize() {
    return Math.toIntExact(size);
  }

  Dim times(Dim other) {
    return new Dim(Math.multiplyExact(size, other.size), origin + " × " + other.origin);
  }

  Dim times(int factor) {
    return new Dim(Math.multiplyExact(size, factor), factor + " × " + origin);
  }

  Dim plus(int term) {
    return new Dim(Math.addExact(size, term), origin + " + " + term);
  }

  Dim plus(Dim other) {
    return new Dim(Math.addExact(size, other.size), origin + " + " + other.origin);
  }
}
