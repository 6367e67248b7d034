package dev.microtome.dynamics;

import dev.microtome.table.Column;

/** What a token counts in a component. */
public record LossPcaLoadingRow(
    @Column(doc = "component, from 0, which explains most") int component,
    @Column(doc = "sequence of the tokens table") long sequenceId,
    @Column(doc = "place of the predicted token in its sequence, from 1", unit = "tokens")
        int position,
    @Column(doc = "the predicted token") int tokenId,
    @Column(
            doc =
                "the token's entry of the component, a vector of length 1 whose entry of largest modulus is positive")
        double loading) {}
