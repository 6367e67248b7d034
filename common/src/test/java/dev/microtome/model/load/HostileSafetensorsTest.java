package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each way a header can lie, and the one line that names it. */
class HostileSafetensorsTest {
  private static final String GOOD = "'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8]}";

  private Path file;

  @BeforeEach
  void file(@TempDir Path folder) {
    file = folder.resolve("x.safetensors");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{%s, 'b': {'dtype': 'F32', 'shape': [1], 'data_offsets': [12, 16]}} | 16 | tensor 'b' begins at byte 12 of the data, the one before it ends at 8: a hole",
        "{%s, 'b': {'dtype': 'F32', 'shape': [2], 'data_offsets': [4, 12]}} | 12 | tensor 'b' begins at byte 4 of the data, the one before it ends at 8: they overlap",
        "{%s} | 12 | the tensors cover 8 bytes, the file holds 12",
        "{%s} | 4 | tensor 'a' ends at byte 8 of the data, the file holds 4",
        "{} | 4 | the tensors cover 0 bytes, the file holds 4",
        "{%s, %s} | 8 | is not valid JSON: Duplicate field 'a'",
        "{'__metadata__': {'k': 1}, %s} | 8 | __metadata__.k: expected a string, found a number",
        "{'a': {'dtype': 'F32', 'shape': [3], 'data_offsets': [0, 8]}} | 8 | tensor 'a': F32 of shape [3] takes 12 bytes, data_offsets [0, 8] give 8",
        "{'a': {'dtype': 'F32', 'shape': [4294967296, 4294967296], 'data_offsets': [0, 8]}} | 8 | tensor 'a': shape [4294967296, 4294967296] overflows",
        "{'a': {'dtype': 'F32', 'shape': [4611686018427387904], 'data_offsets': [0, 0]}} | 0 | tensor 'a': shape [4611686018427387904] overflows",
        "{'a': {'dtype': 'F32', 'shape': [-2], 'data_offsets': [0, 8]}} | 8 | tensor 'a'.shape holds the negative number -2",
        "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [8, 0]}} | 8 | tensor 'a': data_offsets [8, 0] is not [begin, end]",
        "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8, 9]}} | 8 | tensor 'a': data_offsets [0, 8, 9] is not [begin, end]",
        "{'a': {'dtype': 'F32', 'shape': [2.0], 'data_offsets': [0, 8]}} | 8 | tensor 'a'.shape: expected a whole number, found 2.0",
        "{'a': {'dtype': 'F32', 'shape': [99999999999999999999], 'data_offsets': [0, 8]}} | 8 | is not valid JSON: Numeric value (99999999999999999999) out of range of long",
        "{'a': {'dtype': 'F33', 'shape': [2], 'data_offsets': [0, 8]}} | 8 | tensor 'a' has the unknown dtype 'F33'",
        "{'a': {'dtype': 'F32', 'shape': [2]}} | 8 | tensor 'a' needs dtype, shape and data_offsets",
        "{'a': {'dtype': 'F32', 'shape': [2], 'data_offsets': [0, 8], 'more': 1}} | 8 | tensor 'a' has the unknown key 'more'",
        "{'a': 1} | 8 | tensor 'a': expected an object, found a number",
        "[] | 8 | the header: expected an object, found an array",
        "{%s} {} | 8 | the header goes on after its closing brace",
        "{%s | 8 | is not valid JSON: Unexpected end-of-input",
      })
  void aHeaderThatLiesIsRefused(String header, int dataBytes, String reason) throws IOException {
    write(header.replace("%s", GOOD), dataBytes);
    assertRefused(reason);
  }

  @Test
  void lengthsPastTheEndAreRefused() throws IOException {
    Files.write(file, new byte[7]);
    assertRefused("has 7 bytes: too short for a safetensors file");
    Files.write(file, length(100_000_001));
    assertRefused("header length 100000001 is beyond the limit of 100000000");
    Files.write(file, length(-1));
    assertRefused("header length 18446744073709551615 is beyond the limit");
    Files.write(file, length(100_000_000));
    assertRefused("header length 100000000 goes past the end of the file (8 bytes): truncated?");
  }

  @Test
  void nestingAndRankAreBounded() throws IOException {
    write("{'__metadata__': " + "{'a':".repeat(10_000), 0);
    assertRefused("expected a string, found an object");
    write(
        "{'a': {'dtype': 'F32', 'shape': [" + "1,".repeat(100) + "1], 'data_offsets': [0, 4]}}", 4);
    assertRefused("tensor 'a'.shape holds more than 64 numbers");
  }

  @Test
  void aNameCannotBreakTheLineOrFillIt() throws IOException {
    write("{'a\\nERROR: all is well " + "x".repeat(200) + "': 1}", 0);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Safetensors.open(file))
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .contains("tensor 'a?ERROR")
                    .hasLineCount(1)
                    .contains("x…'"));
  }

  @Test
  void bytesThatAreNotUtf8AreRefused() throws IOException {
    byte[] json = "{\"a?\":1}".getBytes(StandardCharsets.UTF_8);
    json[3] = (byte) 0xff;
    Files.write(
        file, ByteBuffer.allocate(8 + json.length).put(length(json.length)).put(json).array());
    assertRefused("the safetensors header is not valid UTF-8");
  }

  @Test
  void aMissingFileIsNamed() {
    assertRefused("does not exist");
  }

  private void assertRefused(String reason) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> Safetensors.open(file))
        .withMessageContaining(reason)
        .satisfies(
            e ->
                assertThat(e.getMessage())
                    .startsWith(file.toString())
                    .hasLineCount(1)
                    .doesNotContain("Source"));
  }

  private void write(String header, int dataBytes) throws IOException {
    byte[] json = header.replace('\'', '"').getBytes(StandardCharsets.UTF_8);
    Files.write(
        file,
        ByteBuffer.allocate(8 + json.length + dataBytes)
            .put(length(json.length))
            .put(json)
            .array());
  }

  private static byte[] length(long length) {
    return ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN).putLong(length).array();
  }
}
