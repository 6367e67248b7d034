package dev.microtome.jobs.features;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** A feature to steer by: an element of the key {@code steer}. */
record SteerSettings(
    @Option(doc = "name of its SAE; null: the first", orElse = "null") Optional<String> sae,
    @Option(doc = "index of the feature") int feature,
    @Option(
            doc =
                "how much is added, in multiples of the feature's largest value; 0 is always there",
            orElse = "[1, 2, 4]")
        List<Double> strengths)
    implements Serializable {
  SteerSettings {
    strengths = List.copyOf(strengths);
    if (feature < 0) {
      throw new ConfigException("feature", feature, "must be at least 0");
    }
    for (double strength : strengths) {
      if (!Double.isFinite(strength)) {
        throw new ConfigException("strengths", strengths, "must be finite numbers");
      }
    }
  }
}
