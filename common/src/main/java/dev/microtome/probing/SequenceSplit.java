package dev.microtome.probing;

import dev.microtome.stats.Seeds;
import java.io.Serializable;

/**
 * Which rows probes are fitted to and which they are scored on: whole sequences, for neighbouring
 * tokens share so much that a random split by rows lets a probe remember. A function of the
 * sequence alone, the same for all hook points and concepts.
 *
 * @param testShare share of the sequences that is held out, above 0 and below 1
 * @param folds of the others, for choices such as the ridge; at least 2
 */
public record SequenceSplit(long seed, double testShare, int folds) implements Serializable {
  public SequenceSplit {
    if (!(testShare > 0 && testShare < 1)) {
      throw new IllegalArgumentException(
          "test share is %s, expected above 0 and below 1".formatted(testShare));
    }
    if (folds < 2) {
      throw new IllegalArgumentException("%d folds, expected at least 2".formatted(folds));
    }
  }

  /** Whether a sequence is held out. */
  public boolean isTest(long sequence) {
    return (Seeds.of(seed, "test", sequence) >>> 11) * 0x1p-53 < testShare;
  }

  /** The fold of a sequence, from 0. */
  public int fold(long sequence) {
    return (int) Long.remainderUnsigned(Seeds.of(seed, "fold", sequence), folds);
  }

  /** The fold of a sequence that is fitted to, -1 of one that is held out. */
  int fitFold(long sequence) {
    return isTest(sequence) ? RowChunk.HELD_OUT : fold(sequence);
  }

  /** The folds of sequences. */
  public int[] folds(long[] sequences) {
    int[] result = new int[sequences.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = fold(sequences[i]);
    }
    return result;
  }
}
