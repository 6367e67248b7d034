package dev.microtome.jobs.spark;

import dev.microtome.jobs.TableReader.VectorColumns;
import dev.microtome.jobs.VectorRows;
import dev.microtome.run.InputException;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.apache.parquet.column.ColumnDescriptor;
import org.apache.parquet.column.ColumnReadStore;
import org.apache.parquet.column.ColumnReader;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;

/** Identifiers and vectors of one file, straight from the pages of two columns. */
final class ParquetVectorRows implements VectorRows {
  private final String path;
  private final VectorColumns wanted;
  private final ParquetGroups groups;
  private final ColumnDescriptor idColumn;
  private final ColumnDescriptor vectorColumn;
  private final boolean bytes;
  private final boolean intIds;
  private final long to;
  private ColumnReader ids;
  private ColumnReader vectors;
  private long row;

  ParquetVectorRows(
      String path, ParquetFileReader reader, VectorColumns wanted, long from, long to) {
    this.path = path;
    this.wanted = wanted;
    this.to = to;
    MessageType file = reader.getFileMetaData().getSchema();
    for (String column : new String[] {wanted.id(), wanted.vector()}) {
      if (!file.containsField(column)) {
        throw new InputException("%s: no column %s".formatted(path, column));
      }
    }
    MessageType projection =
        new MessageType(file.getName(), file.getType(wanted.id()), file.getType(wanted.vector()));
    idColumn = ParquetColumns.leaves(projection, wanted.id()).get(0);
    vectorColumn = ParquetColumns.leaves(projection, wanted.vector()).get(0);
    intIds = idColumn.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.INT32;
    bytes = vectorColumn.getPrimitiveType().getPrimitiveTypeName() == PrimitiveTypeName.BINARY;
    if (to > reader.getRecordCount()) {
      throw new InputException(
          "%s: rows %d to %d are needed, the file has %d"
              .formatted(path, from, to, reader.getRecordCount()));
    }
    groups = new ParquetGroups(path, reader, projection, from, to);
    row = groups.end();
    if (from < to) {
      ParquetFiles.guarded(
          path,
          () -> {
            open(from);
            pass(from - row);
          });
    }
  }

  private void open(long from) throws IOException {
    ColumnReadStore store = groups.open(from);
    row = groups.row();
    ids = store.getColumnReader(idColumn);
    vectors = store.getColumnReader(vectorColumn);
  }

  @Override
  public long next(float[] target, int start) throws IOException {
    if (row >= to) {
      throw new EOFException("%s: no row %d among those asked for".formatted(path, row));
    }
    long[] id = new long[1];
    ParquetFiles.guarded(
        path,
        () -> {
          while (row >= groups.end()) {
            open(groups.end());
          }
          id[0] = id();
          if (bytes) {
            decode(target, start);
          } else {
            list(target, start);
          }
        });
    row++;
    return id[0];
  }

  private long id() {
    requireValue(ids, idColumn);
    long id = intIds ? ids.getInteger() : ids.getLong();
    ids.consume();
    return id;
  }

  private void requireValue(ColumnReader column, ColumnDescriptor descriptor) {
    if (column.getCurrentDefinitionLevel() < descriptor.getMaxDefinitionLevel()) {
      throw new InputException(
          "%s: column %s is null or empty in row %d".formatted(path, descriptor.getPath()[0], row));
    }
  }

  private void decode(float[] target, int start) {
    requireValue(vectors, vectorColumn);
    ByteBuffer values = vectors.getBinary().toByteBuffer().slice().order(ByteOrder.LITTLE_ENDIAN);
    if (values.remaining() != wanted.width() * wanted.dtype().bytesPerValue()) {
      throw new InputException(
          "%s: the vector of row %d has %d bytes, %d values of %s are %d"
              .formatted(
                  path,
                  row,
                  values.remaining(),
                  wanted.width(),
                  wanted.dtype().dtype(),
                  wanted.width() * wanted.dtype().bytesPerValue()));
    }
    wanted.dtype().decode(values, target, start);
    vectors.consume();
  }

  private void list(float[] target, int start) {
    requireValue(vectors, vectorColumn);
    int size = 0;
    do {
      requireValue(vectors, vectorColumn);
      if (size == wanted.width()) {
        throw wrongLength("more");
      }
      target[start + size++] = vectors.getFloat();
      vectors.consume();
    } while (vectors.getCurrentRepetitionLevel() > 0);
    if (size < wanted.width()) {
      throw wrongLength(Integer.toString(size));
    }
  }

  private InputException wrongLength(String found) {
    return new InputException(
        "%s: the vector of row %d has %s values, expected %d"
            .formatted(path, row, found, wanted.width()));
  }

  @Override
  public void skip(long rows) throws IOException {
    long target = row + rows;
    ParquetFiles.guarded(
        path,
        () -> {
          while (row < target) {
            if (row >= groups.end()) {
              open(groups.end());
            }
            pass(Math.min(target, groups.end()) - row);
          }
        });
  }

  private void pass(long rows) {
    for (long i = 0; i < rows; i++) {
      pass(ids, idColumn);
      pass(vectors, vectorColumn);
    }
    row += rows;
  }

  private static void pass(ColumnReader column, ColumnDescriptor descriptor) {
    do {
      if (column.getCurrentDefinitionLevel() == descriptor.getMaxDefinitionLevel()) {
        column.skip();
      }
      column.consume();
    } while (column.getCurrentRepetitionLevel() > 0);
  }

  @Override
  public void close() throws IOException {
    groups.close();
  }
}
