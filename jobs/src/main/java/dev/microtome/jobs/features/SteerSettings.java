package dev.microtome.jobs.features;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import dev.microtome.sae.evaluation.TokenLabel;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** A feature to steer by: an element of the key {@code steer}. */
record SteerSettings(
    @Option(doc = "name of its SAE; null: the first", orElse = "null") Optional<String> sae,
    @Option(doc = "index of the feature; null: what label says", orElse = "null")
        Optional<Integer> feature,
    @Option(
            doc =
                "label, such as region=dna, whose feature of highest correlation is meant; needs labels",
            orElse = "null")
        Optional<String> label,
    @Option(
            doc =
                "how much is added, in multiples of the feature's largest value; 0 is always there",
            orElse = "[1, 2, 4]")
        List<Double> strengths)
    implements Serializable {
  SteerSettings {
    strengths = List.copyOf(strengths);
    if (feature.isPresent() == label.isPresent()) {
      throw new ConfigException(
          "steer", label.orElse("{}"), "needs a feature or a label, one of the two");
    }
    if (feature.isPresent() && feature.get() < 0) {
      throw new ConfigException("feature", feature.get(), "must be at least 0");
    }
    if (label.isPresent() && TokenLabel.parse(label.get()).isEmpty()) {
      throw new ConfigException("label", label.get(), "must be concept=value, such as region=dna");
    }
    for (double strength : strengths) {
      if (!Double.isFinite(strength)) {
        throw new ConfigException("strengths", strengths, "must be finite numbers");
      }
    }
  }
}
