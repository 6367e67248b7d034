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
 * <p>Memory: the buffer in the heap and {@value #BATCHES} batches outside it, 4·width bytes a row.
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

  private MixedBatches(RowBlocks source, StreamSettings settings, long batchesDone, Mixing mixing) {
    batches = settings.batches();
    given = batchesDone;
    reader = new Thread(() -> read(source, settings, batchesDone, mixing), "activations reader");
    reader.setDaemon(true);
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
    MixedBatches stream = new MixedBatches(source, settings, batchesDone, mixing);
    for (int i = 0; i < BATCHES; i++) {
      stream.free.add(new RowBatch(settings.batchRows(), source.width()));
    }
    stream.reader.start();
    return stream;
  }

  private void read(RowBlocks source, StreamSettings settings, long batchesDone, Mixing mixing) {
    try (BatchMaker maker = new BatchMaker(source, settings, batchesDone, mixing)) {
      for (long batch = batchesDone; batch < settings.batches(); batch++) {
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
