package dev.microtome.sae.stream;

import dev.microtome.stats.Seeds;
import java.io.Closeable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Reads the line of rows into the buffer and takes batches out of it; one thread's work. */
final class BatchMaker implements Closeable {
  private final RowBlocks source;
  private final BlockOrder line;
  private final long lineStart;
  private final SlotOrder order;
  private final RowBuffer buffer;
  private final int[] slots;
  private final long[] sequences;
  private Mixing mixing;
  private long round;
  private RowBlocks.Rows open;
  private String openPlace;
  private long openUntil;

  /**
   * Prepares the batch that follows so many others.
   *
   * @param mixing of those
   */
  static BatchMaker after(
      RowBlocks source, StreamSettings settings, long batchesDone, Mixing mixing)
      throws IOException {
    long rows = Math.multiplyExact(source.totalRows(), settings.epochs());
    return new BatchMaker(
        source, settings, new Stretch(0, rows, settings.seed()), batchesDone, mixing);
  }

  /** Prepares the first batch of a segment. */
  static BatchMaker of(
      RowBlocks source, StreamSettings settings, StreamSegment segment, Mixing mixing)
      throws IOException {
    Stretch stretch =
        new Stretch(
            segment.firstBatch() * settings.batchRows(),
            segment.batches() * settings.batchRows(),
            Seeds.of(settings.seed(), "segment", segment.firstBatch()));
    return new BatchMaker(source, settings, stretch, 0, mixing);
  }

  /**
   * Rows of the line that are mixed with each other.
   *
   * @param seed of the mixing
   */
  private record Stretch(long first, long rows, long seed) {}

  private BatchMaker(
      RowBlocks source, StreamSettings settings, Stretch stretch, long batchesDone, Mixing mixing)
      throws IOException {
    this.source = source;
    this.mixing = mixing;
    line = new BlockOrder(source, settings.seed());
    lineStart = stretch.first();
    int capacity =
        (int) Math.min(settings.bufferRows(), Math.min(line.rowsOfEpoch(), stretch.rows()));
    order = new SlotOrder(capacity, settings.batchRows(), stretch.rows(), stretch.seed());
    buffer = new RowBuffer(capacity, source.width());
    slots = new int[settings.batchRows()];
    sequences = new long[settings.batchRows()];
    long[] held = new long[capacity];
    Arrays.setAll(held, i -> i);
    for (long batch = 0; batch < batchesDone; batch++) {
      order.batch(slots);
      long first = order.next();
      int filled = order.fill();
      for (int i = 0; i < filled; i++) {
        held[slots[i]] = first + i;
      }
    }
    round = order.round();
    try {
      load(held);
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Reads the rows that the buffer holds, in the order of the line. */
  private void load(long[] held) throws IOException {
    List<Integer> byRow =
        IntStream.of(order.occupiedSlots())
            .boxed()
            .sorted(Comparator.comparingLong(slot -> held[slot]))
            .toList();
    long at = -1;
    for (int slot : byRow) {
      if (at < 0 || held[slot] >= openUntil) {
        openAt(held[slot]);
      } else {
        open.skip(held[slot] - at);
      }
      buffer.read(slot, open, openPlace);
      at = held[slot] + 1;
    }
    if (at != order.next()) {
      closeOpen();
    }
  }

  private void openAt(long row) throws IOException {
    closeOpen();
    BlockOrder.Place place = line.at(lineStart + row);
    openPlace = source.place(place.block());
    open = source.open(place.block(), place.row());
    openUntil = row + place.rowsFromHere();
  }

  private void closeOpen() throws IOException {
    if (open != null) {
      open.close();
      open = null;
    }
  }

  /** Makes the next batch and reads the rows that take its place. */
  void make(RowBatch batch) throws IOException {
    order.batch(slots);
    if (order.round() != round) {
      round = order.round();
      mixing = mixing.inRound(buffer.sameSequenceShare(order.occupiedSlots()));
    }
    buffer.copy(slots, batch, sequences);
    mixing = mixing.with(sequences);
    batch.mixing(mixing);
    long first = order.next();
    int filled = order.fill();
    for (int i = 0; i < filled; i++) {
      if (open == null || first + i == openUntil) {
        openAt(first + i);
      }
      buffer.read(slots[i], open, openPlace);
    }
  }

  @Override
  public void close() throws IOException {
    closeOpen();
  }
}
