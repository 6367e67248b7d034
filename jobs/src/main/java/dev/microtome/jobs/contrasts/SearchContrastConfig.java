package dev.microtome.jobs.contrasts;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.jobs.labels.LabelShares;
import dev.microtome.jobs.labels.LabelSource;
import dev.microtome.probing.ProbeFile;
import dev.microtome.probing.SequenceSplit;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Configuration of {@link SearchContrast}. */
public record SearchContrastConfig(
    @Option(
            doc =
                "activations of any number of hook points: a collect-activations output, run or table")
        InputPath activations,
    @Option(
            doc =
                "labels by sequence_id and position: a table with columns for the pair, the side and the concept, or with rows of concept and value; null: they are columns of the activations",
            orElse = "null")
        Optional<InputPath> labels,
    @Option(
            doc =
                "the pair that an activation belongs to: the labels' column or concept; activations without one are left out",
            orElse = "pair")
        String pair,
    @Option(
            doc = "which side of the pair it is, such as yes and no: the labels' column or concept",
            orElse = "side")
        String side,
    @Option(
            doc =
                "the two sides, the first first, such as [yes, no]; activations of others are left out; []: the two that there are, in the order of their names",
            orElse = "[]")
        List<String> sides,
    @Option(
            doc =
                "what directions are scored by, and never fitted to: the labels' column or concept, of two classes; the label of a pair is that of its first side")
        String concept,
    @Option(doc = "hook points to search, as in the activations; []: all", orElse = "[]")
        List<String> hooks,
    @Option(doc = "steps of AdamW in a try, each over all pairs", orElse = "1000") int epochs,
    @Option(doc = "learning rate of AdamW", orElse = "1e-3") double learningRate,
    @Option(doc = "weight decay of AdamW", orElse = "0.01") double weightDecay,
    @Option(
            doc = "tries from other random weights, of which the smallest loss counts",
            orElse = "10")
        int tries,
    @Option(
            doc = "share of the pairs that directions are scored on, and never fitted to",
            orElse = "0.25")
        double testShare,
    @Option(doc = "pairs of a hook point at most, drawn at random", orElse = "10000") int maxPairs,
    @Option(
            doc = "largest share of a hook point's activations that may be of no pair, from 0 to 1",
            orElse = "1")
        double maxUnlabelled,
    @Option(
            doc =
                "largest share of the labels of pairs that may lack an activation, from 0 to 1: positions may be a sample",
            orElse = "0.5")
        double maxUnmatchedLabels,
    @Option(doc = "activations in a part, the unit that is retried and resumed", orElse = "65536")
        int rowsPerPart,
    @Option(doc = "seed of the split, the draw and the first weights", orElse = "0") long seed) {

  public SearchContrastConfig {
    sides = List.copyOf(sides);
    hooks = List.copyOf(hooks);
    if (new HashSet<>(List.of(pair, side, concept)).size() < 3) {
      throw new ConfigException(
          "concept", concept, "pair, side and concept must be three columns or concepts");
    }
    if (ProbeFile.RESERVED.contains(concept)) {
      throw new ConfigException(
          "concept", concept, "is a word of the probes' files; rename the column or concept");
    }
    if (!sides.isEmpty() && (sides.size() != 2 || sides.get(0).equals(sides.get(1)))) {
      throw new ConfigException("sides", sides, "must be two, such as [yes, no], or none");
    }
    if (!(testShare > 0 && testShare < 1)) {
      throw new ConfigException("test-share", testShare, "must be above 0 and below 1");
    }
    if (!(learningRate > 0 && Double.isFinite(learningRate))) {
      throw new ConfigException("learning-rate", learningRate, "must be above 0");
    }
    if (!(weightDecay >= 0 && Double.isFinite(weightDecay))) {
      throw new ConfigException("weight-decay", weightDecay, "must be at least 0");
    }
    requireShare("max-unlabelled", maxUnlabelled);
    requireShare("max-unmatched-labels", maxUnmatchedLabels);
    requirePositive("epochs", epochs);
    requirePositive("tries", tries);
    requirePositive("max-pairs", maxPairs);
    requirePositive("rows-per-part", rowsPerPart);
  }

  private static void requireShare(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new ConfigException(key, value, "must be from 0 to 1");
    }
  }

  private static void requirePositive(String key, int value) {
    if (value < 1) {
      throw new ConfigException(key, value, "must be at least 1");
    }
  }

  LabelSource source() {
    return new LabelSource(activations, labels, List.of(pair, side, concept), List.of());
  }

  /**
   * What activations and labels may be without each other.
   *
   * @param labels of each concept; empty where they stand beside the activations
   */
  LabelShares shares(Map<String, Long> labels) {
    return new LabelShares(labels, maxUnlabelled, maxUnmatchedLabels);
  }

  PairSettings pairSettings() {
    return new PairSettings(
        concept,
        sides,
        maxPairs,
        new SequenceSplit(seed, testShare, 2),
        epochs,
        learningRate,
        weightDecay,
        tries);
  }
}
