package dev.microtome.sae.evaluation;

import java.util.Comparator;

/**
 * A token on which a feature fires, with its neighbours.
 *
 * @param interval of the value, or {@link #TOP} for one of the largest
 * @param order draws samples: a hash of feature, sequence and position; 0 of a top example
 * @param firstPosition position of the first token shown
 * @param tokens ids shown, the example's own among them
 * @param activations of the feature on them
 */
@SuppressWarnings("ArrayRecordComponent") // passed on at once
record FeatureExample(
    int feature,
    int interval,
    long order,
    long sequenceId,
    int position,
    float activation,
    int firstPosition,
    int[] tokens,
    float[] activations) {
  static final int TOP = -1;

  /** Best first: the largest, or of samples the smallest hash; then by place. */
  static final Comparator<FeatureExample> BEST_FIRST =
      Comparator.comparingLong(FeatureExample::order)
          .thenComparing(Comparator.comparingDouble(FeatureExample::activation).reversed())
          .thenComparingLong(FeatureExample::sequenceId)
          .thenComparingInt(FeatureExample::position);

  static FeatureExample of(ExampleCandidateRow row) {
    return new FeatureExample(
        row.feature(),
        row.interval(),
        row.drawOrder(),
        row.sequenceId(),
        row.position(),
        row.activation(),
        row.firstPosition(),
        row.tokens(),
        row.activations());
  }
}
