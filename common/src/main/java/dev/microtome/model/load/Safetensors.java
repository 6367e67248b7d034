package dev.microtome.model.load;

import dev.microtome.run.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.Set;

/**
 * One open safetensors file: its header checked, its tensors read piece by piece as they are asked
 * for.
 *
 * <p>Format: u64 little-endian header length (at most 100,000,000), JSON header, data. Tensors must
 * tile the data: no hole, no overlap, sizes equal to type × shape. Files beyond 2 GB are fine.
 *
 * <p>Pieces come through positional reads of the page cache and not through a mapping: JDK 17
 * unmaps only when the garbage collector gets to it, which would count the whole file as this
 * process's memory beside the parameters, and a file cut short under a mapping ends the JVM instead
 * of raising an error.
 *
 * <p>Not safe for use by several threads at once.
 *
 * @see <a href="https://huggingface.co/docs/safetensors/index#format">The format</a>
 */
public final class Safetensors implements AutoCloseable {
  private static final int SCRATCH_BYTES = 1 << 18;

  private final Path file;
  private final FileChannel channel;
  private final SafetensorsHeader header;
  private final long dataStart;
  private final ByteBuffer scratch =
      ByteBuffer.allocateDirect(SCRATCH_BYTES).order(ByteOrder.LITTLE_ENDIAN);

  private Safetensors(Path file, FileChannel channel, SafetensorsHeader header, long dataStart) {
    this.file = file;
    this.channel = channel;
    this.header = header;
    this.dataStart = dataStart;
  }

  /**
   * Opens a file and checks its header.
   *
   * @throws InputException if the file is missing or its header is not what the format asks for
   */
  public static Safetensors open(Path file) {
    FileChannel channel = null;
    try {
      channel = FileChannel.open(file, StandardOpenOption.READ);
      Safetensors opened = read(file, channel);
      channel = null;
      return opened;
    } catch (NoSuchFileException e) {
      throw new InputException("%s does not exist".formatted(file), e);
    } catch (IOException e) {
      throw new InputException("%s cannot be read: %s".formatted(file, e), e);
    } finally {
      closeQuietly(channel);
    }
  }

  private static Safetensors read(Path file, FileChannel channel) throws IOException {
    long size = channel.size();
    if (size < Long.BYTES) {
      throw new InputException(
          "%s has %d bytes: too short for a safetensors file".formatted(file, size));
    }
    ByteBuffer prefix = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    readFully(channel, prefix, 0);
    long length = prefix.getLong(0);
    if (length < 0 || length > SafetensorsHeader.MAX_LENGTH) {
      throw new InputException(
          "%s: header length %s is beyond the limit of %d: not a safetensors file?"
              .formatted(file, Long.toUnsignedString(length), SafetensorsHeader.MAX_LENGTH));
    }
    if (length > size - Long.BYTES) {
      throw new InputException(
          "%s: header length %d goes past the end of the file (%d bytes): truncated?"
              .formatted(file, length, size));
    }
    ByteBuffer json = ByteBuffer.allocate((int) length);
    readFully(channel, json, Long.BYTES);
    long dataStart = Long.BYTES + length;
    return new Safetensors(
        file, channel, SafetensorsHeader.parse(file, json.array(), size - dataStart), dataStart);
  }

  /** The file that was opened. */
  public Path file() {
    return file;
  }

  /** Names of the tensors, in the order of the header. */
  public Set<String> names() {
    return header.tensors().keySet();
  }

  /** Tensors by name, in the order of the header. */
  public Map<String, Tensor> tensors() {
    return header.tensors();
  }

  /** The free-form strings of {@code __metadata__}; empty if there are none. */
  public Map<String, String> metadata() {
    return header.metadata();
  }

  /**
   * The tensor of that name.
   *
   * @throws InputException if the file has none
   */
  public Tensor tensor(String name) {
    Tensor tensor = header.tensors().get(name);
    if (tensor == null) {
      throw new InputException("%s has no tensor '%s'".formatted(file, name));
    }
    return tensor;
  }

  /**
   * Converts elements to float32, as many as {@code out} has room for. F64 is rounded to the
   * nearest float; integers beyond 2²⁴ lose their last digits.
   *
   * @param first index of the first element, row-major
   * @throws InputException if the type has no conversion (8-bit floats, complex numbers, unsigned
   *     integers beyond 8 bits) or the file was changed meanwhile
   */
  public void read(Tensor tensor, long first, FloatBuffer out) {
    FloatDecoder decoder = FloatDecoder.of(tensor.dtype());
    if (decoder == null) {
      throw new InputException(
          "%s: tensor '%s' is %s, which has no conversion to float32"
              .formatted(file, tensor.name(), tensor.dtype()));
    }
    int perPiece = SCRATCH_BYTES / tensor.dtype().bytes();
    long element = first;
    while (out.hasRemaining()) {
      int count = Math.min(perPiece, out.remaining());
      decoder.decode(bytes(tensor, element, count), count, out);
      element += count;
    }
  }

  /** A whole tensor as float32, row-major; see {@link #read}. */
  public float[] floats(String name) {
    Tensor tensor = tensor(name);
    float[] values = new float[arrayLength(tensor)];
    read(tensor, 0, FloatBuffer.wrap(values));
    return values;
  }

  /** A whole F64 or F32 tensor as float64, row-major. */
  public double[] doubles(String name) {
    Tensor tensor = tensor(name);
    double[] values = new double[arrayLength(tensor)];
    if (tensor.dtype() != Dtype.F64) {
      float[] floats = floats(name);
      for (int i = 0; i < values.length; i++) {
        values[i] = floats[i];
      }
      return values;
    }
    int perPiece = SCRATCH_BYTES / Double.BYTES;
    for (int i = 0; i < values.length; i += perPiece) {
      int count = Math.min(perPiece, values.length - i);
      bytes(tensor, i, count).asDoubleBuffer().get(values, i, count);
    }
    return values;
  }

  /**
   * A whole I64 or I32 tensor, row-major.
   *
   * @throws InputException if it is of another type
   */
  public long[] longs(String name) {
    Tensor tensor = tensor(name);
    if (tensor.dtype() != Dtype.I64 && tensor.dtype() != Dtype.I32) {
      throw new InputException(
          "%s: tensor '%s' is %s, expected I64 or I32".formatted(file, name, tensor.dtype()));
    }
    long[] values = new long[arrayLength(tensor)];
    int perPiece = SCRATCH_BYTES / Long.BYTES;
    for (int i = 0; i < values.length; i += perPiece) {
      int count = Math.min(perPiece, values.length - i);
      ByteBuffer piece = bytes(tensor, i, count);
      for (int j = 0; j < count; j++) {
        values[i + j] = tensor.dtype() == Dtype.I64 ? piece.getLong() : piece.getInt();
      }
    }
    return values;
  }

  /**
   * Reads bytes as they are stored, little-endian, as many as {@code out} has room for.
   *
   * @param firstByte counted from the tensor's first
   */
  public void readBytes(Tensor tensor, long firstByte, ByteBuffer out) {
    if (firstByte < 0 || firstByte > tensor.byteSize() - out.remaining()) {
      throw new IllegalArgumentException(
          "bytes %d to %d of tensor '%s', which has %d"
              .formatted(firstByte, firstByte + out.remaining(), tensor.name(), tensor.byteSize()));
    }
    try {
      readFully(channel, out, dataStart + tensor.position() + firstByte);
    } catch (IOException e) {
      throw new InputException(
          "%s: tensor '%s' cannot be read: %s".formatted(file, Json.shorten(tensor.name()), e), e);
    }
  }

  /**
   * The next {@code count} elements as they are stored, in the one buffer that every call reuses.
   */
  private ByteBuffer bytes(Tensor tensor, long first, int count) {
    int width = tensor.dtype().bytes();
    readBytes(tensor, first * width, scratch.clear().limit(count * width));
    return scratch.flip();
  }

  private int arrayLength(Tensor tensor) {
    if (tensor.elements() > Integer.MAX_VALUE - 8) {
      throw new InputException(
          "%s: tensor '%s' has %d elements, too many for one array"
              .formatted(file, tensor.name(), tensor.elements()));
    }
    return (int) tensor.elements();
  }

  private static void readFully(FileChannel channel, ByteBuffer buffer, long position)
      throws IOException {
    long next = position;
    while (buffer.hasRemaining()) {
      int read = channel.read(buffer, next);
      if (read < 0) {
        throw new EOFException("the file ends at byte " + next);
      }
      next += read;
    }
  }

  private static void closeQuietly(FileChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        // Nothing was written and the file was refused already: that error is the one to report.
        return;
      }
    }
  }

  @Override
  public void close() {
    closeQuietly(channel);
  }
}
