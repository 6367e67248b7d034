package dev.microtome.jobs.spark;

import dev.microtome.run.Digest;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.function.BiConsumer;

/** Counts and digests what is written, and tells when the file is closed. */
final class DigestingStream extends FilterOutputStream {
  private final MessageDigest digest = Digest.sha256();
  private final BiConsumer<Long, String> whole;
  private long bytes;
  private boolean closed;

  /**
   * @param whole told size and SHA-256 once the file is closed without a failure
   */
  DigestingStream(OutputStream out, BiConsumer<Long, String> whole) {
    super(out);
    this.whole = whole;
  }

  @Override
  public void write(int b) throws IOException {
    out.write(b);
    digest.update((byte) b);
    bytes++;
  }

  @Override
  public void write(byte[] buffer, int offset, int length) throws IOException {
    out.write(buffer, offset, length);
    digest.update(buffer, offset, length);
    bytes += length;
  }

  @Override
  public void close() throws IOException {
    if (!closed) {
      closed = true;
      super.close();
      whole.accept(bytes, Digest.hex(digest));
    }
  }

  /** Lets go of the file, which does not count. */
  void abandon() {
    if (!closed) {
      closed = true;
      try {
        out.close();
      } catch (IOException e) {
        System.getLogger(DigestingStream.class.getName())
            .log(System.Logger.Level.DEBUG, "closing an abandoned file failed", e);
      }
    }
  }
}
