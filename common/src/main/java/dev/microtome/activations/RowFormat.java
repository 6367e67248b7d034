package dev.microtome.activations;

import java.nio.FloatBuffer;

/** How one vector becomes a row. */
@FunctionalInterface
public interface RowFormat<R extends Record> {
  /**
   * Makes a row of the values at [start, start + length), copying them.
   *
   * @param values read by index; lives no longer than the call
   */
  R row(
      String hook,
      long sequenceId,
      int position,
      int tokenId,
      FloatBuffer values,
      int start,
      int length);

  /** Rows of bytes. */
  static RowFormat<ActivationRow> binary(ActivationCodec codec) {
    return (hook, sequenceId, position, tokenId, values, start, length) ->
        new ActivationRow(hook, sequenceId, position, tokenId, codec.encode(values, start, length));
  }

  /** Rows of single-precision arrays. */
  static RowFormat<ActivationArrayRow> arrays() {
    return (hook, sequenceId, position, tokenId, values, start, length) -> {
      float[] copy = new float[length];
      values.get(start, copy);
      return new ActivationArrayRow(hook, sequenceId, position, tokenId, copy);
    };
  }
}
