package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;

/** An example of a feature as one part found it; passes between stages of a run. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record ExampleCandidateRow(
    @Column(doc = "name of the dictionary") String sae,
    @Column(doc = "index of the feature") int feature,
    @Column(doc = "interval of the value, -1 for a top example") int interval,
    @Column(doc = "order of random samples") long drawOrder,
    @Column(doc = "sequence, as in tokens") long sequenceId,
    @Column(doc = "position of the example's token") int position,
    @Column(doc = "the feature on that token") float activation,
    @Column(doc = "position of the first token shown") int firstPosition,
    @Column(doc = "tokens shown") int[] tokens,
    @Column(doc = "the feature on them") float[] activations) {
  static ExampleCandidateRow of(String sae, FeatureExample example) {
    return new ExampleCandidateRow(
        sae,
        example.feature(),
        example.interval(),
        example.order(),
        example.sequenceId(),
        example.position(),
        example.activation(),
        example.firstPosition(),
        example.tokens(),
        example.activations());
  }
}
