package dev.microtome.jobs.labels;

import dev.microtome.activations.ActivationCodec;
import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.Serializable;
import java.util.Arrays;

/** How a table of activations is found and read, whatever its encoding. */
public final class ActivationSource {
  private static final String TABLE = "activations";

  private ActivationSource() {}

  /** A vector as bytes. */
  @SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
  record BytesRow(
      @Column(doc = "address of the hook point") String hook,
      @Column(doc = "the sequence") long sequenceId,
      @Column(doc = "place in the sequence") int position,
      @Column(doc = "the values") byte[] activation) {}

  /** A vector as an array. */
  @SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
  public record ArrayRow(
      @Column(doc = "address of the hook point") String hook,
      @Column(doc = "the sequence") long sequenceId,
      @Column(doc = "place in the sequence") int position,
      @Column(doc = "the values") float[] activation) {}

  /** The encoding as plain data; what ships to executors. */
  public record Encoding(ActivationCodec codec, boolean array) implements Serializable {
    /** Opens rows [from, to) of a file. */
    RowReader<ArrayRow> read(TableReader tables, String path, long from, long to)
        throws IOException {
      if (array) {
        return tables.read(path, ArrayRow.class, from, to);
      }
      RowReader<BytesRow> rows = tables.read(path, BytesRow.class, from, to);
      return new RowReader<>() {
        @Override
        public boolean hasNext() {
          return rows.hasNext();
        }

        @Override
        public ArrayRow next() {
          BytesRow row = rows.next();
          try {
            return new ArrayRow(
                row.hook(), row.sequenceId(), row.position(), codec.decode(row.activation()));
          } catch (IllegalArgumentException e) {
            throw new RejectedContentException(path + ": " + e.getMessage(), e);
          }
        }

        @Override
        public void close() throws IOException {
          rows.close();
        }
      };
    }
  }

  /** A table and its encoding. */
  record Opened(TableInput table, Encoding encoding) {}

  /**
   * Finds the table.
   *
   * @throws InputException if its vectors are neither arrays nor bytes of a stated type
   */
  static Opened open(InputPath path, Inputs inputs) {
    InputException misfit;
    try {
      TableInput table = inputs.table(path, TABLE, BytesRow.class);
      String dtype = table.metadata().get("dtype");
      return new Opened(
          table,
          new Encoding(
              Arrays.stream(ActivationCodec.values())
                  .filter(codec -> codec.dtype().equals(dtype))
                  .findFirst()
                  .orElseThrow(
                      () ->
                          new InputException(
                              "Table %s: its metadata has dtype %s, expected float32 or bfloat16"
                                  .formatted(path, dtype))),
              false));
    } catch (InputException e) {
      misfit = e;
    }
    try {
      return new Opened(
          inputs.table(path, TABLE, ArrayRow.class), new Encoding(ActivationCodec.FLOAT32, true));
    } catch (InputException e) {
      throw misfit;
    }
  }
}
