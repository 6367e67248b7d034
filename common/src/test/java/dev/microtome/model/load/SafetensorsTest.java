package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsTest {
  private Path file;

  @BeforeEach
  void file(@TempDir Path folder) {
    file = folder.resolve("x.safetensors");
  }

  @Test
  void readsWhatTheReferenceImplementationWrote() {
    try (Safetensors golden =
        Safetensors.open(GoldenModels.folder("gpt2").resolve("golden.safetensors"))) {
      assertThat(golden.tensor("input_ids").shape()).containsExactly(2L, 24L);
      assertThat(Arrays.stream(golden.longs("input_ids")))
          .hasSize(48)
          .allMatch(id -> id >= 0 && id < 97);
      float[] logits = golden.floats("logits");
      double[] exact = golden.doubles("logits_f64");
      for (int i = 0; i < logits.length; i++) {
        assertThat((double) logits[i]).isBetween(exact[i] - 5e-5, exact[i] + 5e-5);
      }
    }
  }

  @Test
  void readsWhatItWrote() throws IOException {
    new SafetensorsWriter()
        .metadata("format", "pt")
        .floats("matrix", 2, 3)
        .tensor("scalar", Dtype.F64)
        .tensor("empty", Dtype.I32, 0, 7)
        .tensor("ids", Dtype.I64, 2)
        .write(
            file,
            out -> {
              out.floats(1, 2, 3, 4, 5, 6.5f);
              out.doubles(Math.PI);
              out.longs(-1, Long.MAX_VALUE);
            });

    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.names()).containsExactly("matrix", "scalar", "empty", "ids");
      assertThat(read.metadata()).containsEntry("format", "pt");
      assertThat(read.tensor("matrix").shape()).containsExactly(2L, 3L);
      assertThat(read.floats("matrix")).containsExactly(1, 2, 3, 4, 5, 6.5f);
      assertThat(read.tensor("scalar").shape()).isEmpty();
      assertThat(read.doubles("scalar")).containsExactly(Math.PI);
      assertThat(read.floats("scalar")).containsExactly((float) Math.PI);
      assertThat(read.floats("empty")).isEmpty();
      assertThat(read.longs("ids")).containsExactly(-1, Long.MAX_VALUE);
    }
  }

  @Test
  void dataBeginsAtAMultipleOfEight() throws IOException {
    for (int nameLength = 1; nameLength <= 8; nameLength++) {
      new SafetensorsWriter().floats("x".repeat(nameLength), 1).write(file, out -> out.floats(1f));
      assertThat((Files.size(file) - Float.BYTES) % 8).isZero();
    }
  }

  /**
   * Java 17 has no conversion of its own to compare with, so halves are checked against the
   * definition, all 65,536 of them.
   */
  @Test
  void everyHalfIsConvertedExactly() {
    for (int bits = 0; bits < 1 << 16; bits++) {
      int exponent = bits >> 10 & 31;
      int fraction = bits & 1023;
      float value = FloatDecoder.half((short) bits);
      float magnitude =
          exponent == 31
              ? fraction == 0 ? Float.POSITIVE_INFINITY : Float.NaN
              : (float)
                  (exponent == 0
                      ? fraction * Math.pow(2, -24)
                      : (1 + fraction / 1024.0) * Math.pow(2, exponent - 15));
      assertThat(Float.valueOf(Math.abs(value))).isEqualTo(Float.valueOf(magnitude));
      assertThat(Float.floatToRawIntBits(value) < 0).isEqualTo((bits & 0x8000) != 0);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"BOOL", "U8", "I8", "I16", "I32", "I64", "F16", "BF16", "F32", "F64"})
  void convertsToFloats(Dtype dtype) throws IOException {
    ByteBuffer one = ByteBuffer.allocate(dtype.bytes()).order(ByteOrder.LITTLE_ENDIAN);
    switch (dtype) {
      case F16 -> one.putShort((short) 0x3c00);
      case BF16 -> one.putShort((short) 0x3f80);
      case F32 -> one.putFloat(1);
      case F64 -> one.putDouble(1);
      default -> one.put(0, (byte) 1);
    }
    new SafetensorsWriter().tensor("x", dtype, 1).write(file, out -> out.bytes(one.array()));

    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.floats("x")).containsExactly(1);
    }
  }

  @Test
  void bytesAreReadAsTheyAreStored() throws IOException {
    byte[] stored = {1, 2, 3, 4, 5, 6};
    new SafetensorsWriter().tensor("x", Dtype.F8_E5M2, 2, 3).write(file, out -> out.bytes(stored));
    try (Safetensors read = Safetensors.open(file)) {
      ByteBuffer middle = ByteBuffer.allocate(3);
      read.readBytes(read.tensor("x"), 2, middle);
      assertThat(middle.array()).containsExactly(3, 4, 5);
    }
  }

  @Test
  void refusesToConvertOtherTypes() throws IOException {
    new SafetensorsWriter()
        .tensor("x", Dtype.F8_E4M3, 1)
        .write(file, out -> out.bytes(new byte[1]));
    try (Safetensors read = Safetensors.open(file)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> read.floats("x"))
          .withMessage("%s: tensor 'x' is F8_E4M3, which has no conversion to float32", file);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> read.longs("x"))
          .withMessage("%s: tensor 'x' is F8_E4M3, expected I64 or I32", file);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> read.floats("y"))
          .withMessage("%s has no tensor 'y'", file);
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void anyRangeIsThatRangeOfTheWhole(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int size = 1 + random.nextInt(300_000); // several of the reader's internal pieces
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = Float.intBitsToFloat(random.nextInt() & 0x7f7fffff);
    }
    new SafetensorsWriter()
        .floats("before", 3)
        .floats("x", size)
        .write(file, out -> out.floats(0, 0, 0).floats(values));

    try (Safetensors read = Safetensors.open(file)) {
      assertThat(read.floats("x")).isEqualTo(values);
      int from = random.nextInt(size);
      int count = random.nextInt(size - from + 1);
      FloatBuffer range = FloatBuffer.allocate(count);
      read.read(read.tensor("x"), from, range);
      assertThat(range.flip()).isEqualTo(FloatBuffer.wrap(values, from, count));
    }
  }

  @Test
  void filesBeyondFourGigabytesAreRead() throws IOException {
    long elements = 1_200_000_000L;
    String json =
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[%d],\"data_offsets\":[0,%d]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[%d,%d]}}"
            .formatted(elements, 4 * elements, 4 * elements, 4 * elements + 4);
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.write(
          ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(json.length()).array());
      sparse.writeBytes(json);
      sparse.seek(8 + json.length() + 4 * elements - 4);
      sparse.writeInt(Integer.reverseBytes(Float.floatToIntBits(7)));
      sparse.writeInt(Integer.reverseBytes(Float.floatToIntBits(8)));
    }
    try (Safetensors read = Safetensors.open(file)) {
      FloatBuffer last = FloatBuffer.allocate(2);
      read.read(read.tensor("a"), elements - 2, last);
      assertThat(last.array()).containsExactly(0, 7);
      assertThat(read.floats("b")).containsExactly(8);
    }
  }

  @Test
  void aFileCutShortMeanwhileIsRefused() throws IOException {
    new SafetensorsWriter().floats("x", 4).write(file, out -> out.floats(new float[4]));
    try (Safetensors read = Safetensors.open(file);
        RandomAccessFile cut = new RandomAccessFile(file.toFile(), "rw")) {
      cut.setLength(cut.length() - 4);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> read.floats("x"))
          .withMessageStartingWith("%s: tensor 'x' cannot be read: ", file)
          .withMessageContaining("the file ends at byte");
    }
  }

  @Test
  void rangesOutsideOfATensorAreTheCallersMistake() throws IOException {
    new SafetensorsWriter()
        .floats("x", 4)
        .floats("y", 4)
        .write(file, out -> out.floats(new float[8]));
    try (Safetensors read = Safetensors.open(file)) {
      Tensor x = read.tensor("x");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> read.read(x, 3, FloatBuffer.allocate(2)))
          .withMessage("bytes 12 to 20 of tensor 'x', which has 16");
    }
  }

  @Test
  void theWriterHoldsTheCallerToWhatWasDeclared() {
    SafetensorsWriter writer = new SafetensorsWriter().floats("x", 2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.write(file, out -> out.floats(1f)))
        .withMessage("8 bytes were declared, 4 written");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.write(file, out -> out.floats(1f, 2f, 3f)))
        .withMessage("8 bytes were declared, more are written");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> writer.floats("x", 1))
        .withMessage("tensor 'x' is declared twice");
  }
}
