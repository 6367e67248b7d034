package dev.microtome.corpus;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import java.io.Serializable;

/** Keys of {@link InductionCorpus}. */
public record InductionSettings(
    @Option(doc = "ids, BOS (0) included, from 3 to 1048576", orElse = "512") int vocabularySize,
    @Option(doc = "fewest tokens of a segment, at least 2", orElse = "4") int minSegment,
    @Option(doc = "most tokens of a segment, at most 1048576", orElse = "24") int maxSegment,
    @Option(
            doc =
                "probability that a segment is a copy where enough tokens stand before it, 0 to 1",
            orElse = "0.5")
        double copyProbability,
    @Option(
            doc =
                "how uneven the successors of a token in random segments are, as in bigram, 0 to 10; 0: all tokens alike, else at most 2048 ids",
            orElse = "0")
        double sharpness)
    implements Serializable {
  static final int MAX_VOCABULARY = 1 << 20;

  /** As long as the longest sequence. */
  private static final int MAX_SEGMENT = 1 << 20;

  /** Checks each value by itself. */
  public InductionSettings {
    if (vocabularySize < 3 || vocabularySize > MAX_VOCABULARY) {
      throw new ConfigException(
          "vocabulary-size", vocabularySize, "must be from 3 to " + MAX_VOCABULARY);
    }
    if (minSegment < 2) {
      throw new ConfigException("min-segment", minSegment, "must be at least 2");
    }
    if (maxSegment < minSegment || maxSegment > MAX_SEGMENT) {
      throw new ConfigException(
          "max-segment",
          maxSegment,
          "must be at least min-segment, %d, and at most %d".formatted(minSegment, MAX_SEGMENT));
    }
    if (!(copyProbability >= 0 && copyProbability <= 1)) {
      throw new ConfigException("copy-probability", copyProbability, "must be from 0 to 1");
    }
    BigramSettings.requireSharpness(sharpness);
    if (sharpness > 0 && vocabularySize > BigramSettings.MAX_VOCABULARY) {
      throw new ConfigException(
          "vocabulary-size",
          vocabularySize,
          "must be at most %d with a sharpness above 0".formatted(BigramSettings.MAX_VOCABULARY));
    }
  }
}
