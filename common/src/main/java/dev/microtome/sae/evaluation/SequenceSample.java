package dev.microtome.sae.evaluation;

import dev.microtome.stats.Seeds;
import java.io.Serializable;

/**
 * Random sequences of a corpus, each in or out by a hash of its own, so that any part of the corpus
 * knows its share.
 *
 * @param seed of the draw
 * @param share of the sequences, on average
 */
public record SequenceSample(long seed, double share) implements Serializable {

  /** About so many of all sequences. */
  public static SequenceSample of(long wanted, long all, long seed) {
    return new SequenceSample(seed, Math.min(1, (double) wanted / all));
  }

  /** Whether a sequence is one of them. */
  public boolean contains(long sequenceId) {
    long draw = Seeds.of(seed, "sample", sequenceId) >>> 11; // 53 bits, as a double has
    return draw * 0x1p-53 < share;
  }
}
