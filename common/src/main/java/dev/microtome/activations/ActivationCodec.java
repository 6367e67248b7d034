package dev.microtome.activations;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;

/**
 * How the values of an activation become bytes: little-endian, row-major, nothing before or after
 * them. What the {@code BINARY} column of an activations table holds; its {@code dtype} metadata
 * names the constant in lower case.
 */
public enum ActivationCodec {
  /** IEEE 754 single precision, 4 bytes a value; every bit is kept. */
  @JsonProperty("float32")
  FLOAT32("float32", 4) {
    @Override
    public byte[] encode(FloatBuffer values, int start, int length) {
      byte[] bytes = new byte[4 * length];
      ByteBuffer.wrap(bytes)
          .order(ByteOrder.LITTLE_ENDIAN)
          .asFloatBuffer()
          .put(0, values, start, length);
      return bytes;
    }

    @Override
    public void decode(ByteBuffer bytes, float[] target, int start) {
      bytes.asFloatBuffer().get(target, start, bytes.remaining() / 4);
    }
  },

  /**
   * The upper half of single precision, 2 bytes a value: 8 significant bits, the same range.
   * Rounded to nearest, ties to even, as PyTorch does; a finite value beyond the largest of
   * bfloat16 becomes infinite and NaN stays NaN.
   */
  @JsonProperty("bfloat16")
  BFLOAT16("bfloat16", 2) {
    @Override
    public byte[] encode(FloatBuffer values, int start, int length) {
      byte[] bytes = new byte[2 * length];
      for (int i = 0; i < length; i++) {
        int bits = toBfloat16(values.get(start + i));
        bytes[2 * i] = (byte) bits;
        bytes[2 * i + 1] = (byte) (bits >>> 8);
      }
      return bytes;
    }

    @Override
    public void decode(ByteBuffer bytes, float[] target, int start) {
      int count = bytes.remaining() / 2;
      int from = bytes.position();
      for (int i = 0; i < count; i++) {
        target[start + i] = Float.intBitsToFloat(bytes.getShort(from + 2 * i) << 16);
      }
    }
  };

  private final String dtype;
  private final int bytesPerValue;

  ActivationCodec(String dtype, int bytesPerValue) {
    this.dtype = dtype;
    this.bytesPerValue = bytesPerValue;
  }

  /** {@code float32} or {@code bfloat16}, as configurations and metadata write it. */
  public String dtype() {
    return dtype;
  }

  public int bytesPerValue() {
    return bytesPerValue;
  }

  /**
   * Bytes of {@code length} values of the buffer from index {@code start}; the buffer's position is
   * neither used nor moved.
   */
  public abstract byte[] encode(FloatBuffer values, int start, int length);

  /**
   * The values again, widened to single precision.
   *
   * @throws IllegalArgumentException when the bytes are not a whole number of values
   */
  public float[] decode(byte[] bytes) {
    if (bytes.length % bytesPerValue != 0) {
      throw new IllegalArgumentException(
          bytes.length
              + " bytes are not a whole number of "
              + dtype
              + " values of "
              + bytesPerValue
              + " bytes");
    }
    float[] values = new float[bytes.length / bytesPerValue];
    decode(ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN), values, 0);
    return values;
  }

  /**
   * The same into an array, from {@code start} on.
   *
   * @param bytes a whole number of values, little-endian; its position is not moved
   */
  public abstract void decode(ByteBuffer bytes, float[] target, int start);

  /** The upper 16 bits, rounded to nearest with ties to even. */
  private static int toBfloat16(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7fffffff) > 0x7f800000) {
      // Rounding a NaN could carry into the exponent or clear its payload, either of which gives an
      // infinity.
      return (bits >>> 16) | 0x40;
    }
    int lowestKept = (bits >>> 16) & 1;
    return (bits + 0x7fff + lowestKept) >>> 16;
  }
}
