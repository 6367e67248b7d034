package dev.microtome.model.load;

import dev.microtome.model.load.StoredTensors.Stored;
import java.nio.FloatBuffer;

/** Compares stored tensors piece by piece. */
final class FloatComparison {
  private static final int PIECE = 1 << 14;

  private FloatComparison() {}

  /** Whether shapes and float32 values agree; NaN equals NaN. */
  static boolean equal(Stored a, Stored b) {
    if (!a.tensor().shape().equals(b.tensor().shape())) {
      return false;
    }
    if (a.equals(b)) {
      return true;
    }
    FloatBuffer left = FloatBuffer.allocate(PIECE);
    FloatBuffer right = FloatBuffer.allocate(PIECE);
    for (long first = 0; first < a.tensor().elements(); first += PIECE) {
      int count = (int) Math.min(PIECE, a.tensor().elements() - first);
      a.file().read(a.tensor(), first, left.clear().limit(count));
      b.file().read(b.tensor(), first, right.clear().limit(count));
      if (!left.flip().equals(right.flip())) {
        return false;
      }
    }
    return true;
  }
}
