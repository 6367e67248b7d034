package dev.microtome.text;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/** Lines of a stream with their place in the file. Holds one line at a time. */
final class LineReader {
  private final InputStream in;
  private final String file;
  private final int maxBytes;
  private final byte[] chunk = new byte[1 << 16];
  private int position;
  private int limit;
  private long chunkStart;

  private byte[] line = new byte[1 << 12];
  private int length;
  private long start;

  /**
   * @param in positioned at byte {@code offset} of the file
   * @param maxBytes a longer line is refused
   */
  LineReader(InputStream in, long offset, String file, int maxBytes) {
    this.in = in;
    this.file = file;
    this.maxBytes = maxBytes;
    this.chunkStart = offset;
  }

  /**
   * Goes to the next line; false at the end of the stream. Text after the last line end counts as a
   * line.
   */
  boolean next() throws IOException {
    length = 0;
    start = chunkStart + position;
    boolean any = false;
    while (fill()) {
      any = true;
      int end = lineEnd();
      append(position, end);
      position = end;
      if (end < limit) {
        position++;
        break;
      }
    }
    return any;
  }

  /** Goes past the next line end without keeping what is before it. */
  void skipLine() throws IOException {
    while (fill()) {
      int end = lineEnd();
      position = end;
      if (end < limit) {
        position++;
        return;
      }
    }
  }

  /** Skips the byte-order mark, if the stream begins with one. */
  void skipByteOrderMark() throws IOException {
    // fill() reads at least one byte, and a mark has three
    while (limit < 3) {
      int read = in.read(chunk, limit, chunk.length - limit);
      if (read < 0) {
        break;
      }
      limit += read;
    }
    if (limit >= 3
        && chunk[0] == (byte) 0xEF
        && chunk[1] == (byte) 0xBB
        && chunk[2] == (byte) 0xBF) {
      position = 3;
    }
  }

  /** Place in the file of the line's first byte. */
  long start() {
    return start;
  }

  /** Place in the file of the byte after the line's end. */
  long end() {
    return chunkStart + position;
  }

  /** Whether the line has nothing but spaces, tabs and carriage returns. */
  boolean blank() {
    for (int i = 0; i < length; i++) {
      if (line[i] != ' ' && line[i] != '\t' && line[i] != '\r') {
        return false;
      }
    }
    return true;
  }

  /** The line without its line end. */
  String text() {
    int end = length > 0 && line[length - 1] == '\r' ? length - 1 : length;
    return Utf8.decode(line, 0, end, file, start);
  }

  private boolean fill() throws IOException {
    if (position < limit) {
      return true;
    }
    chunkStart += position;
    position = 0;
    limit = Math.max(0, in.read(chunk));
    return limit > 0;
  }

  private int lineEnd() {
    int end = position;
    while (end < limit && chunk[end] != '\n') {
      end++;
    }
    return end;
  }

  private void append(int from, int to) {
    int grown = length + to - from;
    if (grown > maxBytes) {
      throw new InputException(
          file
              + ": the line at byte "
              + start
              + " has more than "
              + maxBytes
              + " bytes, the most that one document may have");
    }
    if (grown > line.length) {
      line = Arrays.copyOf(line, Math.max(grown, 2 * line.length));
    }
    System.arraycopy(chunk, from, line, length, to - from);
    length = grown;
  }
}
