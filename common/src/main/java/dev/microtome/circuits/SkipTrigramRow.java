package dev.microtome.circuits;

import dev.microtome.table.Column;

/** A skip-trigram of a head, "source … destination → out". */
public record SkipTrigramRow(
    @Column(doc = "name of the series of checkpoints") String model,
    @Column(doc = "training step of the checkpoint", unit = "steps") long step,
    @Column(doc = "layer of the head, from 0") int layer,
    @Column(doc = "the head in its layer, from 0") int head,
    @Column(doc = "place among the head's, the strongest at 0") int rank,
    @Column(doc = "the token that is attended to") int source,
    @Column(doc = "the token that attends") int destination,
    @Column(doc = "the token that is raised") int out,
    @Column(doc = "attention logit of destination and source, scaled, minus its mean over sources")
        double attentionLogit,
    @Column(doc = "logit that the source writes for out, minus its mean over outs") double outLogit,
    @Column(doc = "product of both") double strength) {}
