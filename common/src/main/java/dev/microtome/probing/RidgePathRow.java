package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/**
 * A row of the table {@code ridge_path}: a ridge of a logistic regression, or of a regression of
 * numbers, in cross-validation.
 */
public record RidgePathRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "the concept") String concept,
    @Column(
            doc =
                "of classes: weight of the losses against the ridge, scikit-learn's C; NaN of numbers")
        double c,
    @Column(
            doc =
                "of classes: mean -log p of the folds held out; NaN of numbers, and of a single c",
            unit = "nats")
        double crossEntropy,
    @Column(doc = "of classes: accuracy in the folds held out; NaN as cross_entropy")
        double accuracy,
    @Column(
            doc =
                "of numbers: the ridge, a share of the mean squared activation from their mean; NaN of classes")
        double ridge,
    @Column(
            doc =
                "of numbers: squared error of the folds held out over that of the numbers' mean, 1 - R^2, averaged over the concept's numbers;"
                    + " NaN of classes, and of a single ridge")
        double unexplained) {
  public static final TableSpec<RidgePathRow> TABLE =
      TableSpec.of(
          "ridge_path",
          RidgePathRow.class,
          "One ridge of one concept's logistic regression, or regression of numbers.");

  /** A row of a concept of classes. */
  public static RidgePathRow of(String hook, String concept, RidgePath.Candidate ridge) {
    return new RidgePathRow(
        hook,
        concept,
        ridge.c(),
        ridge.crossEntropy(),
        ridge.accuracy(),
        /* ridge= */ Double.NaN,
        /* unexplained= */ Double.NaN);
  }

  /** A row of a concept of numbers. */
  public static RidgePathRow of(String hook, String concept, RidgeRegression.Candidate ridge) {
    return new RidgePathRow(
        hook,
        concept,
        /* c= */ Double.NaN,
        /* crossEntropy= */ Double.NaN,
        /* accuracy= */ Double.NaN,
        ridge.ridge(),
        ridge.unexplained());
  }
}
