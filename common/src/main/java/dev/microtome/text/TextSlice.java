package dev.microtome.text;

import java.io.Serializable;

/**
 * The documents that begin in a range of bytes of one file. A range may start and end anywhere: a
 * document that begins before {@code to} is read to its end, one that began before {@code from}
 * belongs to the slice before. Of a Parquet file: the row groups whose middle lies in the range.
 *
 * @param path fully qualified
 * @param name what documents of the file are called
 * @param from first byte
 * @param to one past the last byte
 */
public record TextSlice(String path, String name, TextFormat format, long from, long to)
    implements Serializable {
  public TextSlice {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("Invalid range of bytes: " + from + " to " + to);
    }
  }

  public long bytes() {
    return to - from;
  }
}
