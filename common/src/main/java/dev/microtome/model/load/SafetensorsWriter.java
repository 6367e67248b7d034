package dev.microtome.model.load;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Writes a safetensors file: tensors are declared first, then their values are streamed in the
 * order of declaration, so that a tensor need never be in memory as a whole. The data begins at a
 * multiple of 8 bytes.
 *
 * <pre>{@code
 * new SafetensorsWriter().floats("weight", 2, 3).floats("bias", 2).write(file, out -> {
 *   out.floats(weight);
 *   out.floats(bias);
 * });
 * }</pre>
 */
public final class SafetensorsWriter {
  private static final int ALIGNMENT = 8;

  private final Map<String, Declared> tensors = new LinkedHashMap<>();
  private final Map<String, String> metadata = new LinkedHashMap<>();

  /** Declares the next tensor. */
  public SafetensorsWriter tensor(String name, Dtype dtype, long... shape) {
    if (tensors.putIfAbsent(name, new Declared(dtype, Arrays.stream(shape).boxed().toList()))
        != null) {
      throw new IllegalArgumentException("tensor '%s' is declared twice".formatted(name));
    }
    return this;
  }

  /** Declares the next tensor as float32. */
  public SafetensorsWriter floats(String name, long... shape) {
    return tensor(name, Dtype.F32, shape);
  }

  /** Adds a string to {@code __metadata__}; other libraries expect {@code format = pt}. */
  public SafetensorsWriter metadata(String key, String value) {
    metadata.put(key, value);
    return this;
  }

  /**
   * Writes the file. The values' writer must give exactly the bytes that were declared.
   *
   * @throws IllegalArgumentException if it gives more or fewer
   */
  public void write(Path file, Values values) throws IOException {
    long expected =
        tensors.values().stream().mapToLong(Declared::byteSize).reduce(0, Math::addExact);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      byte[] header = header();
      out.write(
          ByteBuffer.allocate(Long.BYTES)
              .order(ByteOrder.LITTLE_ENDIAN)
              .putLong(header.length)
              .array());
      out.write(header);
      Sink sink = new Sink(out, expected);
      values.writeTo(sink);
      if (sink.written != expected) {
        throw new IllegalArgumentException(
            "%d bytes were declared, %d written".formatted(expected, sink.written));
      }
    }
  }

  private byte[] header() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = Json.FACTORY.createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart("__metadata__");
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long begin = 0;
      for (Map.Entry<String, Declared> entry : tensors.entrySet()) {
        Declared tensor = entry.getValue();
        long end = begin + tensor.byteSize();
        json.writeObjectFieldStart(entry.getKey());
        json.writeStringField("dtype", tensor.dtype().name());
        writeArray(json, "shape", tensor.shape());
        writeArray(json, "data_offsets", List.of(begin, end));
        json.writeEndObject();
        begin = end;
      }
      json.writeEndObject();
    }
    while (bytes.size() % ALIGNMENT != 0) {
      bytes.write(' ');
    }
    return bytes.toByteArray();
  }

  private static void writeArray(JsonGenerator json, String name, List<Long> values)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (long value : values) {
      json.writeNumber(value);
    }
    json.writeEndArray();
  }

  /** Gives the values of all tensors, in the order of declaration. */
  @FunctionalInterface
  public interface Values {
    void writeTo(Sink out) throws IOException;
  }

  /** Takes values, row-major, and stores them little-endian. */
  public static final class Sink {
    private final OutputStream out;
    private final long limit;
    private final ByteBuffer buffer = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
    private long written;

    private Sink(OutputStream out, long limit) {
      this.out = out;
      this.limit = limit;
    }

    /** Float32 values. */
    public Sink floats(float... values) throws IOException {
      return floats(FloatBuffer.wrap(values));
    }

    /** The remaining float32 values of a buffer. */
    public Sink floats(FloatBuffer values) throws IOException {
      while (values.hasRemaining()) {
        int count = Math.min(values.remaining(), buffer.capacity() / Float.BYTES);
        buffer.clear().asFloatBuffer().put(values.slice(values.position(), count));
        values.position(values.position() + count);
        write(buffer.array(), count * Float.BYTES);
      }
      return this;
    }

    /** Float64 values. */
    public Sink doubles(double... values) throws IOException {
      for (double value : values) {
        buffer.clear().putDouble(value);
        write(buffer.array(), Double.BYTES);
      }
      return this;
    }

    /** Int64 values. */
    public Sink longs(long... values) throws IOException {
      for (long value : values) {
        buffer.clear().putLong(value);
        write(buffer.array(), Long.BYTES);
      }
      return this;
    }

    /** Bytes as they are, for any other type. */
    public Sink bytes(byte... values) throws IOException {
      write(values, values.length);
      return this;
    }

    private void write(byte[] values, int count) throws IOException {
      written += count;
      if (written > limit) {
        throw new IllegalArgumentException(
            "%d bytes were declared, more are written".formatted(limit));
      }
      out.write(values, 0, count);
    }
  }

  private record Declared(Dtype dtype, List<Long> shape) {
    long byteSize() {
      return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
    }
  }
}
