package dev.microtome.text;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;

/**
 * UTF-8 that is read strictly: a byte that cannot be is an error with its place, never a
 * replacement character.
 */
final class Utf8 {
  private static final char REPLACEMENT = '\uFFFD';

  private Utf8() {}

  /**
   * The text of the bytes.
   *
   * @param file named in errors
   * @param offset place of the first byte in the file
   */
  static String decode(byte[] bytes, int from, int length, String file, long offset) {
    String text = new String(bytes, from, length, StandardCharsets.UTF_8);
    // The replacement character can be the text's own: only then is the slower, exact decoder
    // needed.
    if (text.indexOf(REPLACEMENT) >= 0) {
      ByteBuffer in = ByteBuffer.wrap(bytes, from, length);
      CoderResult result = strict().decode(in, CharBuffer.allocate(length), true);
      if (result.isError()) {
        throw malformed(file, offset + in.position() - from, bytes[in.position()]);
      }
    }
    return text;
  }

  /** The error for the first byte of the stream that is not UTF-8. */
  static InputException firstError(InputStream in, String file) throws IOException {
    CharsetDecoder decoder = strict();
    ByteBuffer bytes = ByteBuffer.allocate(1 << 16);
    CharBuffer chars = CharBuffer.allocate(1 << 16);
    long offset = 0;
    boolean end = false;
    while (!end) {
      int read = in.read(bytes.array(), bytes.position(), bytes.remaining());
      end = read < 0;
      bytes.position(bytes.position() + Math.max(read, 0)).flip();
      CoderResult result = decoder.decode(bytes, chars.clear(), end);
      if (result.isError()) {
        return malformed(file, offset + bytes.position(), bytes.get(bytes.position()));
      }
      offset += bytes.position();
      bytes.compact();
    }
    throw new IllegalStateException(file + " is UTF-8 throughout");
  }

  static CharsetDecoder strict() {
    return StandardCharsets.UTF_8
        .newDecoder()
        .onMalformedInput(CodingErrorAction.REPORT)
        .onUnmappableCharacter(CodingErrorAction.REPORT);
  }

  /**
   * Place of the first half of a surrogate pair that stands alone, or -1. No UTF-8 spells it,
   * though a JSON escape can.
   */
  static int loneSurrogate(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (Character.isSurrogate(c)) {
        if (Character.isHighSurrogate(c)
            && i + 1 < text.length()
            && Character.isLowSurrogate(text.charAt(i + 1))) {
          i++;
        } else {
          return i;
        }
      }
    }
    return -1;
  }

  private static InputException malformed(String file, long offset, byte value) {
    return new InputException(
        String.format(
            "%s is not UTF-8: byte 0x%02X at offset %d; convert it first",
            file, value & 0xFF, offset));
  }
}
