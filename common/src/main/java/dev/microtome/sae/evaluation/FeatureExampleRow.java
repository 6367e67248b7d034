package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;
import java.util.List;

/** A row of the table {@code feature_examples}. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record FeatureExampleRow(
    @Column(doc = "name of the SAE, or of the neurons") String sae,
    @Column(doc = "index of the feature") int feature,
    @Column(doc = "0 for the first of its bin") int rank,
    @Column(
            doc =
                "top: the sequences in which the feature is largest; or a random token of an interval of its values, such as 0.4-0.6 of"
                    + " the maximum")
        String bin,
    @Column(doc = "sequence, as in tokens") long sequenceId,
    @Column(doc = "position of the token that the example is of") int position,
    @Column(doc = "the feature on that token") float activation,
    @Column(doc = "position of the first token shown") int firstPosition,
    @Column(doc = "tokens shown, as the vocabulary spells them") List<String> tokens,
    @Column(doc = "the feature on them") float[] activations) {}
