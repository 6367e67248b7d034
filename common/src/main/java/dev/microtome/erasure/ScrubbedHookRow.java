package dev.microtome.erasure;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code scrubbed_hooks}: what is erased at one hook point. */
public record ScrubbedHookRow(
    @Column(doc = "scrubbed, or random_N: that random subspace of the same rank") String variant,
    @Column(doc = "the concept that is erased, or whose rank it is") String concept,
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "place among the hook points in the order of the pass, from 0") int place,
    @Column(doc = "activations that it was fitted to", unit = "rows") long rows,
    @Column(doc = "numbers of an activation") int dimensions,
    @Column(doc = "dimensions erased; 0 where erasers below have left nothing of the concept")
        int erasedRank,
    @Column(
            doc =
                "largest modulus of a correlation of a number of the activations and a target, all erasers below in place, this one not; NaN of random subspaces")
        double largestCorrelation,
    @Column(doc = "total variance of the activations, erasers below in place") double variance,
    @Column(doc = "the same once this eraser is applied") double varianceAfter,
    @Column(doc = "mean of |x - x_erased|^2") double squaredDistance) {
  public static final TableSpec<ScrubbedHookRow> TABLE =
      TableSpec.of(
          "scrubbed_hooks", ScrubbedHookRow.class, "What one eraser of a scrubbed model does");
}
