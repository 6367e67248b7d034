package dev.microtome.sae.stream;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Batches of mixed rows, read ahead by a thread of its own while the last one is used.
 *
 * <p>Blocks are read one after the other in an order fixed by the seed, each once an epoch, into a
 * buffer. The buffer is shuffled, half of it is given in batches, and what is given is replaced by
 * the next rows; at the end of the last epoch all that is left is given. So the tokens of a
 * sequence, which lie side by side in a block, are spread over many batches ({@link Mixing}).
 *
 * <p>Batch n is a function of the source, the settings and n: opened after n batches, the stream
 * goes on as if it had given them. For that the order is replayed without rows, and the rows that
 * the buffer then holds are read again, those of about the last 17 halves of a buffer of 65,536.
 *
 * <p>Memory: the buffer in the heap and {@value #BATCHES} batches in it and outside, 4·width bytes
 * a row each.
 */
public final class MixedBatches implements AutoCloseable {
  /** One in use, two ahead: a row group takes longer to open than a batch to train on. */
  private static final int BATCHES = 3;

  private final long batches;
  private final BlockingQueue<RowBatch> free = new ArrayBlockingQueue<>(BATCHES);
  private final BlockingQueue<Made> made = new ArrayBlockingQueue<>(BATCHES);
  private final Thread reader;
  private RowBatch used;
  private long given;
  private long waitedNanos;

  /** A batch, or why there is none. */
  private record Made(RowBatch batch, Throwable failure) {}

  private MixedBatches(long batches, long batchesDone, MakerSource maker) {
    this.batches = batches;
    given = batchesDone;
    reader = new Thread(() -> read(maker, batches - batchesDone), "activations reader");
    reader.setDaemon(true);
  }

  /** Opens what makes the batches, on the reader's thread. */
  @FunctionalInterface
  private interface MakerSource {
    BatchMaker open() throws IOException;
  }

  /** Opens a stream at its beginning. */
  public static MixedBatches open(RowBlocks source, StreamSettings settings) {
    return openAfter(source, settings, 0, Mixing.NONE);
  }

  /**
   * Opens a stream as it is after so many batches.
   *
   * @param mixing what the last of them said
   * @throws IllegalArgumentException if the source has too few rows for the settings
   */
  public static MixedBatches openAfter(
      RowBlocks source, StreamSettings settings, long batchesDone, Mixing mixing) {
    requireRows(source, settings);
    return started(
        new MixedBatches(
            settings.batches(),
            batchesDone,
            () -> BatchMaker.after(source, settings, batchesDone, mixing)),
        source,
        settings);
  }

  /**
   * Opens a segment of a stream at its beginning: its rows are mixed among themselves, so that it
   * needs nothing of what was read before, and segments that do not overlap share no row.
   *
   * @param mixing what the batches before said
   * @throws IllegalArgumentException if the source has too few rows for the settings, or the
   *     settings too few batches for the segment
   */
  public static MixedBatches openSegment(
      RowBlocks source, StreamSettings settings, StreamSegment segment, Mixing mixing) {
    requireRows(source, settings);
    if (segment.firstBatch() + segment.batches() > settings.batches()) {
      throw new IllegalArgumentException(
          "%s of a stream of %d batches".formatted(segment, settings.batches()));
    }
    return started(
        new MixedBatches(
            segment.batches(), 0, () -> BatchMaker.of(source, settings, segment, mixing)),
        source,
        settings);
  }

  private static void requireRows(RowBlocks source, StreamSettings settings) {
    long rows = source.totalRows();
    if (rows < 2L * settings.batchRows()) {
      throw new IllegalArgumentException(
          "%d rows, expected at least two batches of %d".formatted(rows, settings.batchRows()));
    }
    long most = StreamSettings.wholeBatches(rows * settings.epochs(), settings.batchRows());
    if (settings.batches() > most) {
      throw new IllegalArgumentException(
          "%d batches of %d rows, expected at most %d from %d rows and %d epochs"
              .formatted(settings.batches(), settings.batchRows(), most, rows, settings.epochs()));
    }
  }

  private static MixedBatches started(
      MixedBatches stream, RowBlocks source, StreamSettings settings) {
    for (int i = 0; i < BATCHES; i++) {
      stream.free.add(new RowBatch(settings.batchRows(), source.width()));
    }
    stream.reader.start();
    return stream;
  }

  private void read(MakerSource source, long wanted) {
    try (BatchMaker maker = source.open()) {
      for (long batch = 0; batch < wanted; batch++) {
        RowBatch target = free.take();
        maker.make(target);
        made.put(new Made(target, null));
      }
    } catch (InterruptedException e) {
      // The stream was closed: nobody waits.
    } catch (Throwable e) {
      fail(e);
    }
  }

  private void fail(Throwable failure) {
    try {
      made.put(new Made(null, failure));
    } catch (InterruptedException e) {
      // The stream was closed: nobody waits.
    }
  }

  /** Memory of the batches, in the heap and outside. */
  public static long bytes(int batchRows, int width) {
    return 2L * BATCHES * Float.BYTES * batchRows * width;
  }

  /** Whether there is a batch left. */
  public boolean hasNext() {
    return given < batches;
  }

  /**
   * The next batch; the one before is no longer valid.
   *
   * @throws dev.microtome.run.InputException if a row cannot be used
   * @throws IllegalStateException if all were given
   */
  public RowBatch next() throws IOException {
    if (!hasNext()) {
      throw new IllegalStateException("all %d batches were given".formatted(batches));
    }
    if (used != null) {
      free.add(used);
      used = null;
    }
    long start = System.nanoTime();
    Made next;
    try {
      next = made.take();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while activations were read");
    } finally {
      waitedNanos += System.nanoTime() - start;
    }
    if (next.failure() != null) {
      throw rethrown(next.failure());
    }
    used = next.batch();
    given++;
    return used;
  }

  private static IOException rethrown(Throwable failure) {
    if (failure instanceof RuntimeException e) {
      throw e;
    }
    if (failure instanceof Error e) {
      throw e;
    }
    return failure instanceof IOException e ? e : new IOException(failure);
  }

  /** Time that {@link #next} has waited for the reader. */
  public double secondsWaited() {
    return waitedNanos / 1e9;
  }

  /** Returns when the reader has ended. */
  @Override
  public void close() {
    reader.interrupt();
    boolean interrupted = false;
    while (reader.isAlive()) {
      try {
        reader.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
