package dev.microtome.corpus;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** A row of the table {@code corpus_metrics}. */
public record MetricRow(
    @Column(doc = "name; losses are in nats") String metric,
    @Column(doc = "exact value under the distribution, not an estimate from the tokens")
        double value,
    @Column(doc = "what it is") String meaning) {
  /** What is known of the corpus's distribution. */
  public static final TableSpec<MetricRow> TABLE =
      TableSpec.of(
          "corpus_metrics",
          MetricRow.class,
          "One number that is known of the distribution a toy corpus is drawn from.");
}
