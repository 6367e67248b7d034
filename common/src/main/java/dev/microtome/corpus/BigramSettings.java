package dev.microtome.corpus;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import java.io.Serializable;

/** Keys of {@link BigramCorpus}. */
public record BigramSettings(
    @Option(doc = "ids, BOS (0) included, from 3 to 2048", orElse = "64") int vocabularySize,
    @Option(
            doc =
                "how uneven the successors of a token are, 0 to 10: 0 is uniform, 1 uniform over all distributions"
                    + " (Dirichlet)",
            orElse = "2")
        double sharpness)
    implements Serializable {
  static final int MAX_VOCABULARY = 2048;
  private static final double MAX_SHARPNESS = 10;

  /** Checks each value by itself. */
  public BigramSettings {
    if (vocabularySize < 3 || vocabularySize > MAX_VOCABULARY) {
      throw new ConfigException(
          "vocabulary-size", vocabularySize, "must be from 3 to " + MAX_VOCABULARY);
    }
    requireSharpness(sharpness);
  }

  static void requireSharpness(double sharpness) {
    if (!(sharpness >= 0 && sharpness <= MAX_SHARPNESS)) {
      throw new ConfigException("sharpness", sharpness, "must be from 0 to 10");
    }
  }
}
