package dev.microtome.corpus;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import java.io.Serializable;

/** Keys of {@link SkipTrigramCorpus}. */
public record SkipTrigramSettings(
    @Option(doc = "ids, BOS (0) included, up to 1048576", orElse = "64") int vocabularySize,
    @Option(doc = "tokens that decide what follows destinations, at least 2", orElse = "6")
        int sources,
    @Option(doc = "tokens whose successor a source decides, at least 1", orElse = "4")
        int destinations,
    @Option(
            doc = "probability that the source decides the token after a destination, above 0 to 1",
            orElse = "0.9")
        double strength,
    @Option(doc = "probability that any other token is a source, between 0 and 1", orElse = "0.08")
        double sourceRate,
    @Option(
            doc = "probability that one that is no source is a destination, between 0 and 1",
            orElse = "0.2")
        double destinationRate)
    implements Serializable {
  /** Checks each value, and that there are outs enough. */
  public SkipTrigramSettings {
    if (sources < 2 || sources > InductionSettings.MAX_VOCABULARY) {
      throw new ConfigException("sources", sources, "must be at least 2");
    }
    if (destinations < 1 || destinations > InductionSettings.MAX_VOCABULARY) {
      throw new ConfigException("destinations", destinations, "must be at least 1");
    }
    int least = 1 + sources + destinations + sources;
    if (vocabularySize < least || vocabularySize > InductionSettings.MAX_VOCABULARY) {
      throw new ConfigException(
          "vocabulary-size",
          vocabularySize,
          "must be from "
              + least
              + " (BOS, sources, destinations, and an out for each source) to "
              + InductionSettings.MAX_VOCABULARY);
    }
    if (!(strength > 0 && strength <= 1)) {
      throw new ConfigException("strength", strength, "must be above 0, at most 1");
    }
    if (!(sourceRate > 0 && sourceRate < 1)) {
      throw new ConfigException("source-rate", sourceRate, "must be between 0 and 1");
    }
    if (!(destinationRate > 0 && destinationRate < 1)) {
      throw new ConfigException("destination-rate", destinationRate, "must be between 0 and 1");
    }
  }
}
