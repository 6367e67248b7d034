package dev.microtome.model.load;

import java.nio.ByteBuffer;
import java.nio.FloatBuffer;

/** Little-endian elements of one type, as float32. */
@FunctionalInterface
interface FloatDecoder {
  /** Appends the first {@code count} elements of {@code in} to {@code out}. */
  void decode(ByteBuffer in, int count, FloatBuffer out);

  /** The decoder of a type, or null if it has no conversion. */
  static FloatDecoder of(Dtype dtype) {
    return switch (dtype) {
      case F32 -> (in, count, out) -> out.put(in.asFloatBuffer().limit(count));
      case F16 -> (in, count, out) -> each(count, out, () -> half(in.getShort()));
      case BF16 ->
          (in, count, out) -> each(count, out, () -> Float.intBitsToFloat(in.getShort() << 16));
      case F64 -> (in, count, out) -> each(count, out, () -> (float) in.getDouble());
      case I64 -> (in, count, out) -> each(count, out, () -> (float) in.getLong());
      case I32 -> (in, count, out) -> each(count, out, () -> (float) in.getInt());
      case I16 -> (in, count, out) -> each(count, out, in::getShort);
      case I8 -> (in, count, out) -> each(count, out, in::get);
      case U8, BOOL -> (in, count, out) -> each(count, out, () -> in.get() & 0xff);
      case F8_E5M2, F8_E4M3, U16, U32, U64, C64 -> null;
    };
  }

  /**
   * The value of an IEEE 754 half: 1 sign bit, 5 of exponent with bias 15, 10 of fraction. Every
   * half is a float.
   */
  static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = bits >>> 10 & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      return Math.copySign(fraction * 0x1p-24f, Float.intBitsToFloat(sign));
    }
    int wide = exponent == 0x1f ? 0xff : exponent + 127 - 15;
    return Float.intBitsToFloat(sign | wide << 23 | fraction << 13);
  }

  private static void each(int count, FloatBuffer out, FloatSource next) {
    for (int i = 0; i < count; i++) {
      out.put(next.get());
    }
  }

  /** One value after the other. */
  @FunctionalInterface
  interface FloatSource {
    float get();
  }
}
