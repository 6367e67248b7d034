package dev.microtome.erasure;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code erasure_report}: one number about one eraser. */
public record ErasureReportRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "the concept that is erased") String concept,
    @Column(
            doc =
                "rows, dimensions, targets, few_rows (1: no more rows than dimensions); unlabelled_rows, unmatched_labels; class_rows:CLASS; erased_rank; covariance_rank,"
                    + " condition_number (of the covariance, the largest eigenvalue over the smallest above rounding; of well-conditioned ones of more than 64 dimensions an estimate from below),"
                    + " dropped_variance_share; shrinkage_weight; singular_value_N of the whitened cross-covariance;"
                    + " cross_covariance_before and _after (largest modulus); variance and variance_after of all dimensions; squared_distance (mean of |x - x_erased|^2) and"
                    + " orthogonal_squared_distance (the orthogonal projection's)")
        String metric,
    @Column(doc = "its value") double value) {
  public static final TableSpec<ErasureReportRow> TABLE =
      TableSpec.of("erasure_report", ErasureReportRow.class, "One number about one eraser.");
}
