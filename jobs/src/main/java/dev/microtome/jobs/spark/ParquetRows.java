package dev.microtome.jobs.spark;

import dev.microtome.run.FileStore;
import dev.microtome.run.Manifest;
import dev.microtome.table.ColumnType;
import dev.microtome.table.RowSchema;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import org.apache.parquet.column.ParquetProperties;
import org.apache.parquet.hadoop.ParquetFileWriter;

/**
 * Writes one Parquet file, on the caller's thread. Rows go to the columns directly, not through
 * Parquet's record writer, and vectors a whole one at a time.
 */
final class ParquetRows<R extends Record> implements RowWriter<R> {
  /** Footer key under which the table's name, documentation and columns stand. */
  static final String TABLE_KEY = "microtome.table";

  /** Most rows between two looks at the memory that a row group takes. */
  private static final long UNCHECKED_ROWS = 10_000;

  private final TableSpec<R> table;
  private final long rowGroupBytes;
  private final ParquetProperties properties;
  private final PageCompressor compressor;
  private final DigestingFile file;
  private final ParquetFileWriter writer;
  private RowGroup group;
  private long nextCheck = 1;
  private long rows;
  private boolean failed;
  private boolean closed;

  /**
   * Creates the file.
   *
   * @param rowGroupBytes size at which a row group ends, roughly
   * @param compressor stays the caller's
   */
  ParquetRows(
      FileStore files,
      String path,
      TableSpec<R> table,
      long rowGroupBytes,
      PageCompressor compressor)
      throws IOException {
    this.table = table;
    this.rowGroupBytes = rowGroupBytes;
    this.compressor = compressor;
    properties = properties(table.schema());
    file = new DigestingFile(files, path);
    writer =
        new ParquetFileWriter(
            file,
            ParquetSchemas.of(table.schema()),
            ParquetFileWriter.Mode.CREATE,
            rowGroupBytes,
            /* maxPaddingSize= */ 0,
            /* encryptionProperties= */ null,
            properties);
    try {
      writer.start();
    } catch (IOException | RuntimeException e) {
      writer.close();
      throw e;
    }
    group = newGroup();
  }

  private static ParquetProperties properties(RowSchema schema) {
    ParquetProperties.Builder properties =
        ParquetProperties.builder().withSizeStatisticsEnabled(false);
    for (RowSchema.Field field : schema.fields()) {
      if (field.type() == ColumnType.INT_ARRAY) {
        properties.withStatisticsEnabled(String.join(".", ParquetSchemas.leaf(field)), false);
      }
    }
    return properties.build();
  }

  private RowGroup newGroup() {
    return new RowGroup(table.schema(), properties, compressor);
  }

  /** Entries of the footer: the table's own metadata, and what it is. */
  static Map<String, String> footer(TableSpec<?> table) {
    Map<String, String> entries = new TreeMap<>(table.metadata());
    entries.put(
        TABLE_KEY, TableFacts.json(table.name(), table.doc(), Manifest.Column.of(table.schema())));
    return entries;
  }

  @Override
  public void write(R row) throws IOException {
    try {
      group.write(row);
      rows++;
      if (group.rows() >= nextCheck) {
        endFullGroup();
      }
    } catch (IOException | RuntimeException | Error e) {
      failed = true;
      throw e;
    }
  }

  private void endFullGroup() throws IOException {
    long bytes = group.bufferedBytes();
    if (bytes >= rowGroupBytes) {
      endGroup();
      group = newGroup();
      nextCheck = 1;
    } else {
      // Halfway to where the group is full if rows go on as they were.
      long rowBytes = Math.max(1, bytes / group.rows());
      long missing = (rowGroupBytes - bytes) / rowBytes;
      nextCheck = group.rows() + Math.max(1, Math.min(UNCHECKED_ROWS, missing / 2));
    }
  }

  private void endGroup() throws IOException {
    try (RowGroup full = group) {
      full.writeTo(writer);
    }
  }

  long rows() {
    return rows;
  }

  /** Size, once closed. */
  long bytes() {
    return file.bytes();
  }

  /** Digest of the file, asked once, when closed. */
  String sha256() {
    return file.sha256();
  }

  /** Writes what is missing; after a failure only lets go of the file. */
  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    try (writer) {
      if (!failed) {
        endGroup();
        writer.end(footer(table));
      }
    }
  }

  /** Lets go of the file as it is. */
  void abandon() throws IOException {
    failed = true;
    close();
  }
}
