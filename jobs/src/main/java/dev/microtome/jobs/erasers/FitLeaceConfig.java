package dev.microtome.jobs.erasers;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.erasure.ConceptSum;
import dev.microtome.erasure.SingularValueTolerance;
import dev.microtome.jobs.labels.EraserKeys;
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
            doc =
                "leace (moves activations least), orth (orthogonal projection); or of activations whose label is known when it is applied: oracle (moves them less than leace), quadratic (of classes: afterwards all have one mean and one covariance)",
            orElse = "leace")
        FitMethod method,
    @Option(
            doc =
                "true: the projection goes through the mean, which stays; false: through zero (leace, orth)",
            orElse = "true")
        boolean affine,
    @Option(doc = EraserKeys.SHRINKAGE, orElse = "false") boolean shrinkage,
    @Option(doc = EraserKeys.CONSTRAIN_COV_TRACE, orElse = "true") boolean constrainCovTrace,
    @Option(doc = EraserKeys.SVD_TOLERANCE, orElse = "1e-6") double svdTolerance,
    @Option(doc = EraserKeys.SVD_TOLERANCE_KIND, orElse = "relative")
        SingularValueTolerance.Kind svdToleranceKind,
    @Option(doc = EraserKeys.RIDGE, orElse = EraserKeys.FLOAT32_RIDGE) double ridge,
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
    new EraserKeys(
        affine,
        shrinkage,
        constrainCovTrace,
        svdTolerance,
        svdToleranceKind,
        ridge,
        maxUnlabelled,
        maxUnmatchedLabels);
    if (method.projection().isEmpty()) {
      requireDefault("affine", affine, true);
      requireDefault("constrain-cov-trace", constrainCovTrace, true);
      requireDefault("ridge", ridge, Double.valueOf(EraserKeys.FLOAT32_RIDGE));
    }
    if (shrinkage && method == FitMethod.ORACLE) {
      throw new ConfigException(
          "shrinkage", true, "goes with other methods: oracle looks at no covariance");
    }
    if (rowsPerPart < 1) {
      throw new ConfigException("rows-per-part", rowsPerPart, "must be at least 1");
    }
  }

  /** Other methods than projections have no use for the key. */
  private static void requireDefault(String key, Object value, Object orElse) {
    if (!value.equals(orElse)) {
      throw new ConfigException(key, value, "goes with method = leace or orth");
    }
  }

  LabelSource source() {
    return new LabelSource(activations, labels, concepts, realValued);
  }

  /** What its method needs of the activations. */
  ConceptSum.Kind sums() {
    return method == FitMethod.QUADRATIC ? ConceptSum.Kind.BY_CLASS : ConceptSum.Kind.JOINT;
  }

  EraserKeys keys() {
    return new EraserKeys(
        affine,
        shrinkage,
        constrainCovTrace,
        svdTolerance,
        svdToleranceKind,
        ridge,
        maxUnlabelled,
        maxUnmatchedLabels);
  }
}
