package dev.microtome.jobs.scrubbing;

import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.jobs.labels.LabelledTokens;
import java.io.Serializable;

/**
 * A part as it is planned: sequences whose losses are compared, and what all parts share.
 *
 * @param fitted what erasers are fitted to
 * @param fittedSequences how many these are
 */
record ScrubPart(
    Scrubbing scrubbing, LabelledTokens fitted, long fittedSequences, TokenSlices tokens)
    implements Serializable {}
