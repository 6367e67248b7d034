package dev.microtome.sae.evaluation;

/**
 * The first pass over features: how often and how strongly they fire, and from which value on a
 * sequence is among a feature's top examples. Merges over any split of the sequences. Not
 * thread-safe.
 */
public final class FeatureSurvey {
  private final FeatureStatistics statistics;
  private final LargestActivations largest;
  private final float[] inSequence;

  private FeatureSurvey(FeatureStatistics statistics, LargestActivations largest) {
    this.statistics = statistics;
    this.largest = largest;
    inSequence = new float[statistics.features()];
  }

  /**
   * Before the first sequence.
   *
   * @param examples top examples that a feature will have
   */
  public static FeatureSurvey of(int features, int examples) {
    return new FeatureSurvey(
        FeatureStatistics.ofFeatures(features), LargestActivations.of(features, examples));
  }

  static FeatureSurvey of(FeatureSurveyRow row) {
    float[] maxima = row.maxima();
    return new FeatureSurvey(
        FeatureStatistics.of(
            row.tokens(),
            Packed.longs(row.fires()),
            Packed.doubles(row.sums()),
            Packed.doubles(row.squares()),
            maxima),
        LargestActivations.of(row.largest().length / maxima.length, row.largest()));
  }

  /** Adds one whole sequence. */
  public void add(SparseFeatures sequence) {
    statistics.add(sequence);
    for (int entry = sequence.first(); entry < sequence.last(); entry++) {
      int feature = sequence.feature(entry);
      inSequence[feature] = Math.max(inSequence[feature], sequence.value(entry));
    }
    for (int entry = sequence.first(); entry < sequence.last(); entry++) {
      int feature = sequence.feature(entry);
      if (inSequence[feature] > 0) {
        largest.add(feature, inSequence[feature]);
        inSequence[feature] = 0;
      }
    }
  }

  /** Adds the sequences behind another. */
  public void merge(FeatureSurvey other) {
    statistics.merge(other.statistics);
    largest.merge(other.largest);
  }

  public FeatureStatistics statistics() {
    return statistics;
  }

  /** What the second pass needs of it. */
  public FeatureRange range() {
    return new FeatureRange(statistics.maxima(), largest.thresholds());
  }

  /** The survey, as parts of a run pass it on. */
  public FeatureSurveyRow row(String sae) {
    return new FeatureSurveyRow(
        sae,
        statistics.tokens(),
        statistics.packedFires(),
        statistics.packedSums(),
        statistics.packedSquares(),
        statistics.maxima(),
        largest.values());
  }
}
