package dev.microtome.probing;

import java.io.Serializable;

/**
 * Which classes rows have: their own, or {@link ControlLabels}.
 *
 * @param counts what control labels are drawn from; none: rows have their own classes
 */
@SuppressWarnings("ArrayRecordComponent") // handed on, not compared
record Labelling(long[] counts, long seed) implements Serializable {
  static final Labelling OWN = new Labelling(new long[0], 0);

  int[] of(Examples rows) {
    return counts.length == 0 ? rows.labels() : ControlLabels.of(rows.tokens(), counts, seed);
  }
}
