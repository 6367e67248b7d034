package dev.microtome.jobs.spark;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import java.nio.ByteBuffer;
import org.apache.parquet.bytes.ByteBufferReleaser;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.bytes.HeapByteBufferAllocator;
import org.apache.parquet.compression.CompressionCodecFactory.BytesInputCompressor;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;

/**
 * Zstandard for Parquet's pages, each in one call. A page that would shrink by less than a tenth is
 * stored as it is in a Zstandard frame: activations in single precision shrink by 7 %, which took
 * two fifths of the time of writing them.
 *
 * <p>A page is judged by its first {@link #SAMPLE} bytes alone, so that equal rows make equal
 * files. Used by one thread at a time, and for as many files as its owner likes.
 */
final class PageCompressor implements BytesInputCompressor, AutoCloseable {
  /**
   * Of vectors of activations level 3, the default, leaves as much as level 1 in twice the time.
   */
  private static final int COMPRESSING = 1;

  /** Zstandard's fastest: looks for repeats at few places and leaves what it does not find. */
  private static final int STORING = -1000;

  private static final int SAMPLE = 1 << 16;

  /** Largest share that a sample may keep for its page to be compressed. */
  private static final double WORTHWHILE = 0.9;

  private final ZstdCompressCtx zstd = new ZstdCompressCtx();
  private byte[] compressed = new byte[0];
  private boolean closed;

  /**
   * The page as a frame.
   *
   * @return bytes that stay as they are until the next call
   */
  @Override
  public BytesInput compress(BytesInput page) {
    try (ByteBufferReleaser releaser =
        new ByteBufferReleaser(HeapByteBufferAllocator.getInstance())) {
      ByteBuffer bytes = page.toByteBuffer(releaser);
      return compress(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
    }
  }

  private BytesInput compress(byte[] bytes, int start, int size) {
    int bound = Math.toIntExact(Zstd.compressBound(size));
    if (compressed.length < bound) {
      compressed = new byte[bound];
    }
    zstd.setLevel(COMPRESSING);
    if (size > SAMPLE) {
      int left = zstd.compressByteArray(compressed, 0, compressed.length, bytes, start, SAMPLE);
      if (left > WORTHWHILE * SAMPLE) {
        zstd.setLevel(STORING);
      }
    }
    int left = zstd.compressByteArray(compressed, 0, compressed.length, bytes, start, size);
    return BytesInput.from(compressed, 0, left);
  }

  @Override
  public CompressionCodecName getCodecName() {
    return CompressionCodecName.ZSTD;
  }

  /** Parquet calls this for itself; the owner calls {@link #close}. */
  @Override
  public void release() {}

  @Override
  public void close() {
    if (!closed) {
      closed = true;
      zstd.close();
    }
  }
}
