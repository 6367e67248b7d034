package dev.microtome.sae.stream;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.Arrays;

/** The rows in the buffer, and the sequence that each is of. */
final class RowBuffer {
  /** Floats of one array, 256 MB: a buffer may be larger than an array can be. */
  private static final int PIECE_FLOATS = 1 << 26;

  private static final int INFINITY = 0x7f800000;

  private final int width;
  private final int rowsOfPiece;
  private final float[][] pieces;
  private final long[] sequences;

  RowBuffer(int capacity, int width) {
    this.width = width;
    rowsOfPiece = Math.max(1, PIECE_FLOATS / width);
    pieces = new float[(capacity + rowsOfPiece - 1) / rowsOfPiece][];
    for (int i = 0; i < pieces.length; i++) {
      pieces[i] = new float[Math.min(rowsOfPiece, capacity - i * rowsOfPiece) * width];
    }
    sequences = new long[capacity];
  }

  /**
   * Reads a row into a place.
   *
   * @param place what is read, for the message
   * @throws InputException if a value is NaN or infinite
   */
  void read(int slot, RowBlocks.Rows rows, String place) throws IOException {
    float[] piece = pieces[slot / rowsOfPiece];
    int start = slot % rowsOfPiece * width;
    sequences[slot] = rows.next(piece, start);
    // The maximum of the magnitudes as integers, infinities and NaNs being the largest: without a
    // branch the loop is vectorised.
    int largest = 0;
    for (int i = start; i < start + width; i++) {
      largest = Math.max(largest, Float.floatToRawIntBits(piece[i]) & Integer.MAX_VALUE);
    }
    if (largest >= INFINITY) {
      throw notFinite(slot, place);
    }
  }

  private InputException notFinite(int slot, String place) {
    float[] piece = pieces[slot / rowsOfPiece];
    int start = slot % rowsOfPiece * width;
    int i = 0;
    while (Float.isFinite(piece[start + i])) {
      i++;
    }
    return new InputException(
        "%s: value %d of an activation of sequence %d is %s, expected a finite number"
            .formatted(place, i, sequences[slot], piece[start + i]));
  }

  /** Copies rows into a batch and tells their sequences. */
  void copy(int[] slots, RowBatch batch, long[] ofSequences) {
    for (int i = 0; i < slots.length; i++) {
      int slot = slots[i];
      batch.row(i, pieces[slot / rowsOfPiece], slot % rowsOfPiece * width);
      ofSequences[i] = sequences[slot];
    }
  }

  /** Share of pairs of these places whose rows are of one sequence. */
  double sameSequenceShare(int[] slots) {
    long[] sorted = new long[slots.length];
    Arrays.setAll(sorted, i -> sequences[slots[i]]);
    Arrays.sort(sorted);
    double same = 0;
    int from = 0;
    for (int i = 1; i <= sorted.length; i++) {
      if (i == sorted.length || sorted[i] != sorted[from]) {
        double count = i - from;
        same += count * (count - 1);
        from = i;
      }
    }
    return sorted.length < 2 ? 0 : same / ((double) sorted.length * (sorted.length - 1));
  }
}
