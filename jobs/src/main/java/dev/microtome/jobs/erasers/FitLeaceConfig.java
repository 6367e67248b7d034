package dev.microtome.jobs.erasers;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.erasure.EraserMethod;
import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.SingularValueTolerance;
import dev.microtome.jobs.labels.LabelSource;
import dev.microtome.jobs.labels.Unlabelled;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link FitLeace}. */
public record FitLeaceConfig(
    @Option(
            doc =
                "activations of any number of hook points: a collect-activations output, run or table")
        InputPath activations,
    @Option(
            doc =
                "labels by sequence_id and position, such as a generate-corpus output, or a table; null: concepts are columns of the activations",
            orElse = "null")
        Optional<InputPath> labels,
    @Option(
            doc =
                "concepts to erase, each by itself: values of the labels' column concept, or names of columns; several columns with / between are one concept")
        List<String> concepts,
    @Option(
            doc =
                "concepts whose values are numbers and not classes; columns of float or double always are",
            orElse = "[]")
        List<String> realValued,
    @Option(doc = "hook points to fit, as in the activations; []: all", orElse = "[]")
        List<String> hooks,
    @Option(
            doc =
                "what an activation without a label of the concept is: skip (it does not count) or class (it has a class of its own)",
            orElse = "skip")
        Unlabelled unlabelled,
    @Option(
            doc = "leace (moves activations least) or orth (orthogonal projection)",
            orElse = "leace")
        EraserMethod method,
    @Option(
            doc = "true: the projection goes through the mean, which stays; false: through zero",
            orElse = "true")
        boolean affine,
    @Option(
            doc =
                "shrink the covariance towards a multiple of the identity: for few rows; what is erased stays, how far activations move grows",
            orElse = "false")
        boolean shrinkage,
    @Option(
            doc = "singular values of the whitened cross-covariance up to this count as zero",
            orElse = "1e-6")
        double svdTolerance,
    @Option(
            doc =
                "relative (to the largest, targets scaled to variance 1) or absolute (in the targets' units, as concept-erasure's 0.01 is)",
            orElse = "relative")
        SingularValueTolerance.Kind svdToleranceKind,
    @Option(
            doc =
                "largest share of a hook point's activations that may lack a label of a concept, from 0 to 1",
            orElse = "1")
        double maxUnlabelled,
    @Option(
            doc =
                "largest share of a concept's labels that may lack an activation, from 0 to 1: positions may be a sample",
            orElse = "0.5")
        double maxUnmatchedLabels,
    @Option(
            doc =
                "activations in a part, the unit that is retried and resumed; a task holds their labels, and 8 bytes for each pair of dimensions",
            orElse = "65536")
        int rowsPerPart) {

  public FitLeaceConfig {
    concepts = List.copyOf(concepts);
    realValued = List.copyOf(realValued);
    hooks = List.copyOf(hooks);
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
    requireShare("max-unlabelled", maxUnlabelled);
    requireShare("max-unmatched-labels", maxUnmatchedLabels);
    try {
      new SingularValueTolerance(svdToleranceKind, svdTolerance);
    } catch (IllegalArgumentException e) {
      throw new ConfigException("svd-tolerance", svdTolerance, e.getMessage());
    }
    if (rowsPerPart < 1) {
      throw new ConfigException("rows-per-part", rowsPerPart, "must be at least 1");
    }
  }

  private static void requireShare(String key, double value) {
    if (!(value >= 0 && value <= 1)) {
      throw new ConfigException(key, value, "must be from 0 to 1");
    }
  }

  LabelSource source() {
    return new LabelSource(activations, labels, concepts, realValued);
  }

  EraserSettings eraserSettings() {
    return new EraserSettings(
        method, affine, shrinkage, new SingularValueTolerance(svdToleranceKind, svdTolerance));
  }
}
