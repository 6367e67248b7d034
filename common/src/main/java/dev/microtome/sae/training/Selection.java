package dev.microtome.sae.training;

import java.util.List;

/** Among what the largest pre-activations are sought, which become features. */
public enum Selection {
  /** Each row has k of its own. */
  ROW,

  /** All n rows of a batch have k·n together. */
  BATCH,

  /** Nothing is sought: all above zero are features. */
  POSITIVE,

  /** Nothing is sought: a feature is what is above its own threshold, which is trained. */
  THRESHOLD,

  /** Nothing is sought: a gate decides what is a feature, a second path how large it is. */
  GATED;

  /** The penalties that there are for such features. */
  List<Penalty> penalties() {
    return switch (this) {
      case ROW, BATCH -> List.of(Penalty.NONE);
      case POSITIVE -> List.of(Penalty.SUM, Penalty.BY_DECODER_NORMS);
      case THRESHOLD -> List.of(Penalty.NUMBER);
      case GATED -> List.of(Penalty.SUM);
    };
  }

  /** Whether a number of features is given, the largest. */
  boolean keepsLargest() {
    return this == ROW || this == BATCH;
  }
}
