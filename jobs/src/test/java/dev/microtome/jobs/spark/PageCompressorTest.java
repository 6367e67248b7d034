package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.luben.zstd.Zstd;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.parquet.bytes.ByteBufferReleaser;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PageCompressorTest {
  private static byte[] noise(int size) {
    byte[] bytes = new byte[size];
    new Random(size).nextBytes(bytes);
    return bytes;
  }

  private static byte[] compressed(byte[] page) {
    try (PageCompressor compressor = new PageCompressor();
        ByteBufferReleaser releaser =
            new ByteBufferReleaser(HeapByteBufferAllocator.getInstance())) {
      ByteBuffer frame = compressor.compress(BytesInput.from(page)).toByteBuffer(releaser);
      byte[] copy = new byte[frame.remaining()];
      frame.get(copy);
      return copy;
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 1000, 65_536, 65_537, 300_000})
  void everyPageComesBack(int size) {
    byte[] noise = noise(size);
    byte[] zeros = new byte[size];

    assertThat(Zstd.decompress(compressed(noise), size)).isEqualTo(noise);
    assertThat(Zstd.decompress(compressed(zeros), size)).isEqualTo(zeros);
  }

  @Test
  void compressesWhatShrinksAndStoresTheRest() {
    // Like bfloat16: every other byte has little to tell.
    byte[] halves = noise(1 << 20);
    // One byte in sixteen is known: compression would leave 0.94.
    byte[] nearlyNoise = noise(1 << 20);
    for (int i = 0; i < halves.length; i += 2) {
      halves[i] = (byte) (halves[i] & 7);
      if (i % 16 == 0) {
        nearlyNoise[i] = 0;
      }
    }

    assertThat(compressed(halves)).hasSizeLessThan(900_000);
    assertThat(compressed(nearlyNoise)).hasSizeBetween(1 << 20, (1 << 20) + 100);
  }

  @Test
  void framesStandOnTheirOwn() {
    byte[] first = noise(100_000);
    byte[] second = new byte[100_000];
    try (PageCompressor compressor = new PageCompressor();
        ByteBufferReleaser releaser =
            new ByteBufferReleaser(HeapByteBufferAllocator.getInstance())) {
      compressor.compress(BytesInput.from(first));
      ByteBuffer frame = compressor.compress(BytesInput.from(second)).toByteBuffer(releaser);
      byte[] copy = new byte[frame.remaining()];
      frame.get(copy);

      assertThat(copy).isEqualTo(compressed(second));
    }
  }
}
