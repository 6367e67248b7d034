package dev.microtome.jobs.spark;

import dev.microtome.run.Digest;
import dev.microtome.run.FileStore;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.PositionOutputStream;

/** A new file for Parquet that is counted and digested on its way to the store. */
final class DigestingFile implements OutputFile {
  private final FileStore files;
  private final String path;
  private final MessageDigest digest = Digest.sha256();
  private long bytes;

  DigestingFile(FileStore files, String path) {
    this.files = files;
    this.path = path;
  }

  /** Size, once the stream is closed. */
  long bytes() {
    return bytes;
  }

  /** SHA-256 of all that was written; asked once, after the stream is closed. */
  String sha256() {
    return Digest.hex(digest);
  }

  @Override
  public PositionOutputStream create(long blockSizeHint) throws IOException {
    OutputStream out = files.create(path);
    return new PositionOutputStream() {
      @Override
      public long getPos() {
        return bytes;
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
      public void flush() throws IOException {
        out.flush();
      }

      @Override
      public void close() throws IOException {
        out.close();
      }
    };
  }

  @Override
  public PositionOutputStream createOrOverwrite(long blockSizeHint) throws IOException {
    return create(blockSizeHint);
  }

  @Override
  public boolean supportsBlockSize() {
    return false;
  }

  @Override
  public long defaultBlockSize() {
    return 0;
  }

  @Override
  public String getPath() {
    return path;
  }
}
