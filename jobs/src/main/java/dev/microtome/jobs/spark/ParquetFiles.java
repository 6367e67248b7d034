package dev.microtome.jobs.spark;

import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.VectorRows;
import dev.microtome.jobs.spark.StoredFile.StorageException;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowSchema;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.BufferUnderflowException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.parquet.HadoopReadOptions;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.column.statistics.Statistics;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.FileMetaData;
import org.apache.parquet.hadoop.util.HadoopInputFile;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.api.Binary;

/** Opens Parquet files: their footers and their rows. */
public final class ParquetFiles implements TableReader {
  /**
   * Settings of codecs, empty and shared: with any other kind Parquet makes a Hadoop configuration
   * for each compressor, which parses Hadoop's XML files anew for each file that is written.
   */
  static final Configuration SETTINGS = new Configuration(/* loadDefaults= */ false);

  private final HadoopFileStore files;

  public ParquetFiles(HadoopFileStore files) {
    this.files = files;
  }

  @Override
  public <R extends Record> RowReader<R> read(String path, Class<R> rowType) throws IOException {
    return open(path, rowType, Map.of(), 0, -1);
  }

  @Override
  public <R extends Record> RowReader<R> read(String path, Class<R> rowType, long from, long to)
      throws IOException {
    return read(path, rowType, Map.of(), from, to);
  }

  @Override
  public <R extends Record> RowReader<R> read(
      String path, Class<R> rowType, Map<String, String> columns, long from, long to)
      throws IOException {
    if (from < 0 || to < from) {
      throw new IllegalArgumentException("rows [" + from + ", " + to + ") of " + path);
    }
    return open(path, rowType, columns, from, to);
  }

  @Override
  public List<String> columns(String path) throws IOException {
    return footer(
        path,
        file(path),
        reader ->
            reader.getFileMetaData().getSchema().getFields().stream()
                .map(org.apache.parquet.schema.Type::getName)
                .toList());
  }

  @Override
  public Rows rows(String path, long fromByte, long toByte) throws IOException {
    StoredFile file = file(path);
    long last = file.getLength() - 1;
    return footer(
        path,
        file,
        reader -> {
          long middle = 0;
          long from = 0;
          long to = 0;
          for (BlockMetaData group : reader.getRowGroups()) {
            // Whatever a footer says of its places, they ascend and lie in the file: no row is
            // lost.
            middle =
                Math.max(
                    middle, Math.min(last, group.getStartingPos() + group.getCompressedSize() / 2));
            if (middle < fromByte) {
              from += group.getRowCount();
            }
            if (middle < toByte) {
              to += group.getRowCount();
            }
          }
          return new Rows(from, to);
        });
  }

  @Override
  public List<RowGroup> rowGroups(String path, String column) throws IOException {
    return footer(
        path,
        file(path),
        reader -> {
          List<RowGroup> groups = new ArrayList<>();
          long from = 0;
          for (BlockMetaData group : reader.getRowGroups()) {
            long to = from + group.getRowCount();
            Statistics<?> found = statistics(group, column);
            groups.add(
                found != null && found.hasNonNullValue()
                    ? new RowGroup(
                        from, to, number(found.genericGetMin()), number(found.genericGetMax()))
                    : new RowGroup(from, to, Long.MIN_VALUE, Long.MAX_VALUE));
            from = to;
          }
          return groups;
        });
  }

  private interface Footer<T> {
    T read(ParquetFileReader reader);
  }

  private static <T> T footer(String path, StoredFile file, Footer<T> footer) throws IOException {
    try (ParquetFileReader reader = reader(path, file)) {
      return footer.read(reader);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw isDecoding(e) ? corrupt(path, e) : e;
    }
  }

  @Override
  public List<TextGroup> textGroups(String path, String column) throws IOException {
    return footer(
        path,
        file(path),
        reader -> {
          List<TextGroup> groups = new ArrayList<>();
          long from = 0;
          for (BlockMetaData group : reader.getRowGroups()) {
            long to = from + group.getRowCount();
            groups.add(new TextGroup(from, to, onlyText(statistics(group, column))));
            from = to;
          }
          return groups;
        });
  }

  /**
   * Spark and others may cut long texts in statistics: one that is cut short differs at its two
   * ends.
   */
  private static Optional<String> onlyText(Statistics<?> found) {
    return found != null
            && found.hasNonNullValue()
            && found.getNumNulls() == 0
            && found.genericGetMin().equals(found.genericGetMax())
        ? Optional.of(((Binary) found.genericGetMin()).toStringUsingUTF8())
        : Optional.empty();
  }

  @Override
  public VectorRows vectors(String path, VectorColumns columns, long from, long to)
      throws IOException {
    ParquetFileReader reader = reader(path);
    try {
      return new ParquetVectorRows(path, reader, columns, from, to);
    } catch (RuntimeException e) {
      reader.close();
      throw e;
    }
  }

  private static Statistics<?> statistics(BlockMetaData group, String column) {
    for (ColumnChunkMetaData chunk : group.getColumns()) {
      if (chunk.getPath().toArray()[0].equals(column)) {
        // Without a sign numbers are ordered otherwise, and rows would be passed over.
        return ParquetColumns.hasSign(chunk.getPrimitiveType()) ? chunk.getStatistics() : null;
      }
    }
    throw new IllegalArgumentException("no column " + column);
  }

  private static long number(Object value) {
    if (value instanceof Integer || value instanceof Long) {
      return ((Number) value).longValue();
    }
    throw new IllegalArgumentException("not a whole number: " + value);
  }

  private <R extends Record> RowReader<R> open(
      String path, Class<R> rowType, Map<String, String> columns, long from, long to)
      throws IOException {
    ParquetFileReader reader = reader(path);
    try {
      return new ParquetRowReader<>(path, reader, rowType, columns, from, to);
    } catch (InputException e) {
      reader.close();
      throw e;
    } catch (RuntimeException e) {
      reader.close();
      throw isDecoding(e) ? corrupt(path, e) : e;
    }
  }

  /** Number of rows and metadata of a file, and whether it has the columns of a record. */
  public FooterFacts footer(String path, Optional<RowSchema> wanted) throws IOException {
    return footer(
        path,
        file(path),
        reader -> {
          FileMetaData facts = reader.getFooter().getFileMetaData();
          return new FooterFacts(
              reader.getRecordCount(),
              new TreeMap<>(facts.getKeyValueMetaData()),
              wanted
                  .flatMap(schema -> ParquetColumns.misfit(facts.getSchema(), schema, Map.of()))
                  .orElse(null));
        });
  }

  private ParquetFileReader reader(String path) throws IOException {
    return reader(path, file(path));
  }

  private static ParquetFileReader reader(String path, StoredFile file) throws IOException {
    try {
      // Off by default. A changed bit in a page of numbers is a number: nothing else would tell.
      ParquetReadOptions options =
          HadoopReadOptions.builder(file.settings()).usePageChecksumVerification().build();
      return ParquetFileReader.open(file, options);
    } catch (FileNotFoundException e) {
      throw new InputException(path + ": no such file", e);
    } catch (RuntimeException e) {
      throw isDecoding(e) ? corrupt(path, e) : e;
    } catch (IOException e) {
      if (isDecoding(e)) {
        throw corrupt(path, e);
      }
      throw e;
    }
  }

  /**
   * Whether the exception comes of the file's bytes, as opposed to storage that fails: Parquet
   * checks little of what it reads, so nonsense ends in the exceptions of a caller's bug.
   */
  static boolean isDecoding(Exception e) {
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof StorageException
          || cause instanceof InterruptedIOException
          || cause instanceof InterruptedException) {
        return false;
      }
    }
    return e instanceof IOException
        || e.getClass().getName().startsWith("org.apache.parquet.")
        || e instanceof IllegalArgumentException
        || e instanceof IndexOutOfBoundsException
        || e instanceof NegativeArraySizeException
        || e instanceof NullPointerException
        || e instanceof ClassCastException
        || e instanceof ArithmeticException
        || e instanceof BufferUnderflowException
        || e instanceof NoSuchElementException
        || e instanceof UnsupportedOperationException
        || (e.getClass() == RuntimeException.class && isThrownByParquet(e));
  }

  /** Parquet reports a footer that is none with a plain RuntimeException of its own. */
  private static boolean isThrownByParquet(Exception e) {
    StackTraceElement[] trace = e.getStackTrace();
    return trace.length > 0 && trace[0].getClassName().startsWith("org.apache.parquet.");
  }

  private StoredFile file(String path) throws IOException {
    String qualified = files.qualify(path);
    Optional<java.nio.file.Path> local = LocalFileStore.localPath(qualified);
    if (local.isPresent()) {
      if (!Files.isRegularFile(local.get())) {
        throw new InputException(path + ": no such file");
      }
      return new StoredFile(local.get().toString(), new LocalInputFile(local.get()), SETTINGS);
    }
    try {
      return new StoredFile(
          qualified,
          HadoopInputFile.fromPath(new Path(qualified), files.configuration()),
          files.configuration());
    } catch (FileNotFoundException e) {
      throw new InputException(path + ": no such file", e);
    }
  }

  /** Something that reads a file's rows. */
  @FunctionalInterface
  interface Reading {
    void run() throws IOException;
  }

  /**
   * Reads, telling a file that cannot be decoded from storage that fails.
   *
   * @throws InputException that names the file if its bytes are no Parquet
   * @throws UncheckedIOException if storage fails
   */
  static void guarded(String path, Reading reading) {
    try {
      reading.run();
    } catch (IOException e) {
      if (isDecoding(e)) {
        throw corrupt(path, e);
      }
      throw new UncheckedIOException(e);
    } catch (InputException e) {
      throw e;
    } catch (RuntimeException e) {
      throw isDecoding(e) ? corrupt(path, e) : e;
    }
  }

  static InputException corrupt(String path, Throwable cause) {
    String reason = cause.getMessage() == null ? cause.toString() : cause.getMessage();
    return new InputException(
        path + ": not a readable Parquet file: " + reason.lines().findFirst().orElse(""), cause);
  }
}
