package dev.microtome.jobs.spark;

import dev.microtome.run.DataFile;
import dev.microtome.run.FileStore;
import dev.microtome.table.RowSchema;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.Closeable;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * The files of one attempt at a part. Rows are handed over in batches to one thread that encodes,
 * compresses and writes, so that this costs the computing thread nothing while there is a second
 * core.
 *
 * <p>At most {@link #QUEUED_BATCHES} batches of about {@link #BATCH_BYTES} wait. A failure of the
 * writing thread reaches the next {@code write}, and {@link #finish}.
 */
final class PartWriters implements Closeable {
  private static final int QUEUED_BATCHES = 8;
  private static final int BATCH_ROWS = 1024;
  private static final long BATCH_BYTES = 1 << 20;

  // A part that writes a file per hook has many open at once, and each holds a row group in memory.
  private static final long ROW_GROUP_BYTES = 64L << 20;
  private static final long SECTION_ROW_GROUP_BYTES = 16L << 20;

  private final FileStore files;
  private final String staging;
  private final String part;
  private final Runnable cancellation;
  private final Map<String, Output<?>> outputs = new TreeMap<>();
  private final BlockingQueue<Step> queue = new ArrayBlockingQueue<>(QUEUED_BATCHES);
  private final PageCompressor compressor = new PageCompressor();
  private final Thread thread;
  private volatile Throwable failure;
  private boolean ended;

  /** A step of the writing thread. */
  private interface Step {
    void run() throws IOException;
  }

  /**
   * Starts the writing thread.
   *
   * @param staging folder of this attempt alone
   * @param part what its files are called, such as {@code part-00007}
   * @param cancellation throws when the task should stop; asked once a batch
   */
  PartWriters(FileStore files, String staging, String part, Runnable cancellation) {
    this.files = files;
    this.staging = staging;
    this.part = part;
    this.cancellation = cancellation;
    thread = new Thread(this::drain, part + "-writer");
    thread.setDaemon(true);
    thread.start();
  }

  private static final Step END = () -> {};

  private void drain() {
    boolean interrupted = false;
    while (true) {
      try {
        Step step = queue.take();
        if (step == END) {
          break;
        }
        if (failure == null) {
          step.run();
        }
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (Throwable e) {
        // Kept going, discarding: a computing thread that waits for room in the queue must wake up
        // and see the failure.
        failure = e;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  <R extends Record> RowWriter<R> open(TableSpec<R> table, String section) throws IOException {
    String name = fileName(part, section);
    String path = table.name() + "/" + name;
    Output<R> output = new Output<>(table, path, !section.isEmpty());
    if (outputs.putIfAbsent(path, output) != null) {
      throw new IllegalArgumentException(
          part + " opens " + path + " twice (section '" + section + "')");
    }
    submit(output::create);
    return output;
  }

  /** {@code part-00007.parquet}, or {@code part-00007-blocks.0.mlp.hook_post.parquet}. */
  static String fileName(String part, String section) {
    if (section.isEmpty()) {
      return part + ".parquet";
    }
    String plain = section.replaceAll("[^A-Za-z0-9._-]", "_");
    // Two sections that differ only in what a file name cannot hold must not share a file.
    String suffix =
        plain.equals(section)
            ? ""
            : "-" + Integer.toHexString(section.hashCode()).toLowerCase(Locale.ROOT);
    return "%s-%s%s.parquet".formatted(part, plain, suffix);
  }

  private void submit(Step step) throws IOException {
    rethrow();
    cancellation.run();
    try {
      queue.put(step);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException(part + " was stopped");
    }
  }

  private void rethrow() throws IOException {
    Throwable cause = failure;
    if (cause instanceof IOException e) {
      throw new IOException(e.getMessage() == null ? e.toString() : e.getMessage(), e);
    } else if (cause instanceof Error e) {
      throw e;
    } else if (cause instanceof RuntimeException e) {
      throw e;
    }
  }

  /** Closes every file and returns them, in the order of their paths. */
  List<Staged> finish() throws IOException {
    for (Output<?> output : outputs.values()) {
      output.close();
    }
    end();
    rethrow();
    return outputs.values().stream().map(Output::staged).toList();
  }

  /**
   * A file that waits for its commit.
   *
   * @param path where it lies now
   * @param file what it will be
   */
  record Staged(String path, DataFile file) implements java.io.Serializable {}

  private void end() {
    if (ended) {
      return;
    }
    ended = true;
    boolean interrupted = false;
    while (true) {
      try {
        queue.put(END);
        thread.join();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    compressor.close();
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Stops the thread and lets go of the files; after {@link #finish} there is nothing left to do.
   */
  @Override
  public void close() {
    if (ended) {
      return;
    }
    if (failure == null) {
      failure = new IOException(part + " was given up");
    }
    end();
    for (Output<?> output : outputs.values()) {
      output.abandon();
    }
  }

  private final class Output<R extends Record> implements RowWriter<R> {
    private final TableSpec<R> table;
    private final String path;
    private final boolean section;
    private ParquetRows<R> rows;
    private List<R> batch = new ArrayList<>();
    private long batchBytes;
    private boolean closed;
    private Staged staged;

    Output(TableSpec<R> table, String path, boolean section) {
      this.table = table;
      this.path = path;
      this.section = section;
    }

    void create() throws IOException {
      rows =
          new ParquetRows<>(
              files,
              FileStore.resolve(staging, path),
              table,
              section ? SECTION_ROW_GROUP_BYTES : ROW_GROUP_BYTES,
              compressor);
    }

    @Override
    public void write(R row) throws IOException {
      if (closed) {
        throw new IllegalStateException(path + " is closed");
      }
      batch.add(row);
      batchBytes += bytes(row);
      if (batch.size() >= BATCH_ROWS || batchBytes >= BATCH_BYTES) {
        flush();
      }
    }

    private long bytes(R row) {
      long bytes = 0;
      for (RowSchema.Field field : table.schema().fields()) {
        Object value = field.value(row);
        if (value instanceof byte[] binary) {
          bytes += binary.length;
        } else if (value instanceof int[] ints) {
          bytes += 4L * ints.length;
        } else if (value instanceof float[] floats) {
          bytes += 4L * floats.length;
        } else if (value instanceof String text) {
          bytes += text.length();
        } else {
          bytes += Long.BYTES;
        }
      }
      return bytes;
    }

    private void flush() throws IOException {
      List<R> full = batch;
      batch = new ArrayList<>();
      batchBytes = 0;
      if (!full.isEmpty()) {
        submit(
            () -> {
              for (R row : full) {
                rows.write(row);
              }
            });
      }
    }

    @Override
    public void close() throws IOException {
      if (!closed) {
        flush();
        closed = true;
        submit(
            () -> {
              rows.close();
              staged =
                  new Staged(
                      FileStore.resolve(staging, path),
                      new DataFile(table.name(), path, rows.rows(), rows.bytes(), rows.sha256()));
            });
      }
    }

    private Staged staged() {
      return staged;
    }

    void abandon() {
      if (rows != null && staged == null) {
        try {
          rows.abandon();
        } catch (IOException | RuntimeException e) {
          System.getLogger(PartWriters.class.getName())
              .log(System.Logger.Level.DEBUG, "closing an abandoned file failed", e);
        }
      }
    }
  }
}
