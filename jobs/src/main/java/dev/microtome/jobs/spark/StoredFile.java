package dev.microtome.jobs.spark;

import java.io.EOFException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletionException;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.bytes.ByteBufferAllocator;
import org.apache.parquet.io.InputFile;
import org.apache.parquet.io.ParquetFileRange;
import org.apache.parquet.io.SeekableInputStream;

/**
 * A file whose failing storage can be told from nonsense in its bytes: what the storage throws is a
 * {@link StorageException}, whatever else is thrown while the file is decoded comes of its bytes.
 * Only the end of the file is neither: nonsense points beyond it.
 *
 * @param path as messages have it, Parquet's too
 * @param settings of codecs
 */
record StoredFile(String path, InputFile file, Configuration settings) implements InputFile {
  /** A disk or a network that fails, with the path of what was read. */
  static final class StorageException extends IOException {
    private StorageException(String path, Throwable cause) {
      super(path + ": " + (cause.getMessage() == null ? cause : cause.getMessage()), cause);
    }
  }

  private interface Call<T> {
    T run() throws IOException;
  }

  private <T> T stored(Call<T> call) throws IOException {
    try {
      return call.run();
    } catch (EOFException | FileNotFoundException e) {
      throw e;
    } catch (IOException e) {
      throw new StorageException(path, e);
    }
  }

  @Override
  public long getLength() throws IOException {
    return stored(file::getLength);
  }

  @Override
  public SeekableInputStream newStream() throws IOException {
    return new Stream(stored(file::newStream));
  }

  @Override
  public String toString() {
    return path;
  }

  private final class Stream extends SeekableInputStream {
    private final SeekableInputStream in;

    Stream(SeekableInputStream in) {
      this.in = in;
    }

    @Override
    public long getPos() throws IOException {
      return stored(in::getPos);
    }

    @Override
    public void seek(long position) throws IOException {
      if (position < 0) {
        throw new EOFException("a place before the file's beginning: " + position);
      }
      stored(
          () -> {
            in.seek(position);
            return null;
          });
    }

    @Override
    public int read() throws IOException {
      return stored(in::read);
    }

    @Override
    public int read(byte[] bytes, int from, int count) throws IOException {
      return stored(() -> in.read(bytes, from, count));
    }

    @Override
    public int read(ByteBuffer buffer) throws IOException {
      return stored(() -> in.read(buffer));
    }

    @Override
    public void readFully(byte[] bytes) throws IOException {
      readFully(bytes, 0, bytes.length);
    }

    @Override
    public void readFully(byte[] bytes, int from, int count) throws IOException {
      stored(
          () -> {
            in.readFully(bytes, from, count);
            return null;
          });
    }

    @Override
    public void readFully(ByteBuffer buffer) throws IOException {
      stored(
          () -> {
            in.readFully(buffer);
            return null;
          });
    }

    @Override
    public boolean readVectoredAvailable(ByteBufferAllocator allocator) {
      return in.readVectoredAvailable(allocator);
    }

    @Override
    public void readVectored(List<ParquetFileRange> ranges, ByteBufferAllocator allocator)
        throws IOException {
      stored(
          () -> {
            in.readVectored(ranges, allocator);
            return null;
          });
      for (ParquetFileRange range : ranges) {
        range.setDataReadFuture(range.getDataReadFuture().exceptionally(this::rethrow));
      }
    }

    private ByteBuffer rethrow(Throwable thrown) {
      Throwable e = thrown instanceof CompletionException ? thrown.getCause() : thrown;
      throw new CompletionException(
          e instanceof IOException && !(e instanceof EOFException)
              ? new StorageException(path, e)
              : e);
    }

    @Override
    public void close() throws IOException {
      stored(
          () -> {
            in.close();
            return null;
          });
    }
  }
}
