package dev.microtome.jobs.probes;

import dev.microtome.config.ConfigException;
import dev.microtome.probing.MlpSettings;
import dev.microtome.probing.SequenceSplit;
import java.util.HashSet;
import java.util.List;

/** Checks of keys that jobs over probes share. */
final class ProbeKeys {
  private ProbeKeys() {}

  static List<String> concepts(List<String> concepts, List<String> realValued) {
    if (concepts.isEmpty()) {
      throw new ConfigException("concepts", "[]", "needs at least one concept, such as gender");
    }
    if (new HashSet<>(concepts).size() < concepts.size()) {
      throw new ConfigException("concepts", concepts, "names a concept twice");
    }
    for (String concept : realValued) {
      if (!concepts.contains(concept)) {
        throw new ConfigException("real-valued", concept, "must be one of the concepts");
      }
    }
    return List.copyOf(concepts);
  }

  static List<Double> positive(String key, List<Double> values) {
    if (values.isEmpty()) {
      throw new ConfigException(key, "[]", "needs at least one number");
    }
    for (double value : values) {
      if (!(value > 0 && Double.isFinite(value))) {
        throw new ConfigException(key, value, "must be above 0");
      }
    }
    return List.copyOf(values);
  }

  static void requireShare(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new ConfigException(key, value, "must be from 0 to 1");
    }
  }

  static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new ConfigException(key, value, "must be at least 1");
    }
  }

  static SequenceSplit split(long seed, double testShare, int folds) {
    if (!(testShare > 0 && testShare < 1)) {
      throw new ConfigException("test-share", testShare, "must be above 0 and below 1");
    }
    if (folds < 2) {
      throw new ConfigException("folds", folds, "must be at least 2");
    }
    return new SequenceSplit(seed, testShare, folds);
  }

  static MlpSettings mlp(int hidden, int steps) {
    MlpSettings base = MlpSettings.DEFAULT;
    return new MlpSettings(
        hidden,
        steps,
        base.batchRows(),
        base.learningRate(),
        base.weightDecay(),
        Math.min(steps, base.evaluations()));
  }
}
