package dev.microtome.jobs.spark;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.Encoding;
import org.apache.parquet.column.page.PageWriter;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.schema.PrimitiveType;

/**
 * The pages of a column of byte strings or of lists of floats, in Parquet's plain encoding, put
 * together a vector at a time: Parquet's own writers take a list value by value, each with its
 * levels. No dictionary and no statistics: vectors do not repeat, and their minimum says nothing.
 */
final class VectorColumn {
  private static final int PAGE_BYTES = 1 << 20;
  private static final int PAGE_ROWS = 20_000;

  private final PageWriter pages;
  private final PrimitiveType type;
  private final boolean list;
  private final Levels repetition = new Levels();
  private final Levels definition = new Levels();
  private ByteBuffer page = ByteBuffer.allocate(1 << 12).order(ByteOrder.LITTLE_ENDIAN);
  private int rows;
  private int values;

  /**
   * @param column required, of bytes, or a required list of required floats
   */
  VectorColumn(ColumnDescriptor column, PageWriter pages) {
    this.pages = pages;
    type = column.getPrimitiveType();
    list = column.getMaxRepetitionLevel() > 0;
  }

  /** Appends a row of a column of bytes. */
  void write(byte[] vector) {
    reserve(Math.addExact(Integer.BYTES, vector.length));
    page.putInt(vector.length).put(vector);
    rows++;
    values++;
  }

  /** Appends a row of a column of lists. */
  void write(float[] vector) {
    reserve(Math.multiplyExact(Float.BYTES, vector.length));
    page.asFloatBuffer().put(vector);
    page.position(page.position() + Float.BYTES * vector.length);
    rows++;
    repetition.add(0, 1);
    if (vector.length == 0) {
      // An empty list takes the place of one value that is not there.
      definition.add(0, 1);
      values++;
    } else {
      repetition.add(1, vector.length - 1);
      definition.add(1, vector.length);
      values += vector.length;
    }
  }

  /** Makes room for a vector: in this page if it is not over its size then, else in the next. */
  private void reserve(int bytes) {
    if (rows == PAGE_ROWS || (rows > 0 && page.position() + (long) bytes > PAGE_BYTES)) {
      flush();
    }
    if (page.remaining() < bytes) {
      int needed = Math.addExact(page.position(), bytes);
      int size = (int) Math.min(Math.max(needed, 2L * page.capacity()), Integer.MAX_VALUE - 8);
      page =
          ByteBuffer.wrap(Arrays.copyOf(page.array(), size))
              .order(ByteOrder.LITTLE_ENDIAN)
              .position(page.position());
    }
  }

  /** Closes the page, if anything is in it. */
  void flush() {
    if (rows == 0) {
      return;
    }
    try {
      BytesInput body = BytesInput.from(page.array(), 0, page.position());
      pages.writePage(
          list ? BytesInput.concat(repetition.bytes(), definition.bytes(), body) : body,
          values,
          rows,
          Statistics.noopStats(type),
          Encoding.RLE,
          Encoding.RLE,
          Encoding.PLAIN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    page.clear();
    repetition.clear();
    definition.clear();
    rows = 0;
    values = 0;
  }

  /** Bytes in memory: full pages, compressed, and the one that is filled. */
  long bufferedBytes() {
    return pages.getMemSize() + page.position();
  }

  /** Levels of 0 and 1 as runs: Parquet's RLE at a width of one bit, behind its length. */
  private static final class Levels {
    private byte[] runs = new byte[64];
    private int size;
    private int level;
    private int count;

    void add(int next, int times) {
      if (next != level) {
        end();
        level = next;
      }
      count += times;
    }

    private void end() {
      if (count == 0) {
        return;
      }
      if (runs.length - size < 6) {
        runs = Arrays.copyOf(runs, 2 * runs.length);
      }
      // The lowest bit of a header tells runs, 0, from packed bits.
      int header = count << 1;
      while ((header & ~0x7f) != 0) {
        runs[size++] = (byte) (header | 0x80);
        header >>>= 7;
      }
      runs[size++] = (byte) header;
      runs[size++] = (byte) level;
      count = 0;
    }

    BytesInput bytes() {
      end();
      return BytesInput.concat(BytesInput.fromInt(size), BytesInput.from(runs, 0, size));
    }

    void clear() {
      size = 0;
      count = 0;
    }
  }
}
