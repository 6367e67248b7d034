package dev.microtome.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class ActivationCodecTest {
  @Test
  void float32IsLittleEndianAndExact() {
    byte[] bytes =
        ActivationCodec.FLOAT32.encode(FloatBuffer.wrap(new float[] {9f, 1f, -2.5f}), 1, 2);

    assertThat(bytes).containsExactly(0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0);
    assertThat(ActivationCodec.FLOAT32.decode(bytes)).containsExactly(1f, -2.5f);
  }

  /** Expected values: torch.tensor(x).to(torch.bfloat16).view(torch.int16) of PyTorch 2.15. */
  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "0x3f800000, 0x3f80, one",
    "0x3f808000, 0x3f80, a tie goes down to even",
    "0x3f818000, 0x3f82, a tie goes up to even",
    "0x3f808001, 0x3f81, just above a tie",
    "0x3f817fff, 0x3f81, just below a tie",
    "0xbf818000, 0xbf82, the sign plays no part",
    "0x00000000, 0x0000, zero",
    "0x80000000, 0x8000, negative zero",
    "0x00008000, 0x0000, half the smallest subnormal",
    "0x00018000, 0x0002, a subnormal tie",
    "0x7f7fffff, 0x7f80, the largest float becomes infinite",
    "0x7f7f7fff, 0x7f7f, the largest that stays finite",
    "0x7f800000, 0x7f80, infinity",
    "0xff800000, 0xff80, negative infinity",
  })
  void bfloat16RoundsToNearestEven(String float32, String bfloat16, String name) {
    float value = Float.intBitsToFloat(Integer.parseUnsignedInt(float32.substring(2), 16));

    byte[] bytes = ActivationCodec.BFLOAT16.encode(FloatBuffer.wrap(new float[] {value}), 0, 1);

    int bits = (bytes[0] & 0xff) | ((bytes[1] & 0xff) << 8);
    assertThat(bits).as(name).isEqualTo(Integer.parseInt(bfloat16.substring(2), 16));
  }

  @Test
  void everyNanStaysNan() {
    for (int bits :
        new int[] {
          0x7fc00000, 0x7f800001, 0x7fffffff, 0xff800001, 0xffffffff, 0x7f80ffff, 0x7fa00000
        }) {
      byte[] bytes =
          ActivationCodec.BFLOAT16.encode(
              FloatBuffer.wrap(new float[] {Float.intBitsToFloat(bits)}), 0, 1);
      assertThat(ActivationCodec.BFLOAT16.decode(bytes)[0]).as("%08x", bits).isNaN();
    }
  }

  @Test
  void everyBfloat16SurvivesARoundTrip() {
    byte[] bytes = new byte[2 * 65536];
    for (int i = 0; i < 65536; i++) {
      bytes[2 * i] = (byte) i;
      bytes[2 * i + 1] = (byte) (i >>> 8);
    }
    float[] values = ActivationCodec.BFLOAT16.decode(bytes);
    float[] again =
        ActivationCodec.BFLOAT16.decode(
            ActivationCodec.BFLOAT16.encode(FloatBuffer.wrap(values), 0, 65536));
    assertThat(again).isEqualTo(values);
  }

  @Test
  void bfloat16ErrsByAtMostHalfAUnitInTheLastPlace() {
    float[] values = new float[10_000];
    Random random = new Random(3);
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (random.nextGaussian() * Math.pow(10, random.nextInt(20) - 10));
    }
    float[] stored =
        ActivationCodec.BFLOAT16.decode(
            ActivationCodec.BFLOAT16.encode(FloatBuffer.wrap(values), 0, values.length));
    for (int i = 0; i < values.length; i++) {
      float halfUnit = Math.ulp(values[i]) * (1 << 15);
      assertThat(Math.abs(stored[i] - values[i])).isLessThanOrEqualTo(halfUnit);
    }
  }

  @ParameterizedTest
  @EnumSource(ActivationCodec.class)
  void readsDirectBuffersAndLeavesTheirPosition(ActivationCodec codec) {
    FloatBuffer values =
        ByteBuffer.allocateDirect(16).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    values.put(new float[] {1, 2, 3, 4});

    assertThat(codec.decode(codec.encode(values, 1, 2))).containsExactly(2, 3);
    assertThat(values.position()).isEqualTo(4);
  }

  @Test
  void refusesHalfAValue() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ActivationCodec.FLOAT32.decode(new byte[6]))
        .withMessage("6 bytes are not a whole number of float32 values of 4 bytes");
  }
}
