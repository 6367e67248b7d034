package dev.microtome.sae.evaluation;

import java.io.Serializable;

/**
 * How much is said of a feature.
 *
 * @param logits tokens at each end of its effect on the logits
 * @param labels that go with it best
 * @param neighbors in each dictionary
 * @param ablationSequences sequences of the sample without it; 0 for none
 * @param batchTokens most tokens of a pass
 */
public record DescribeSettings(
    int logits, int labels, int neighbors, int ablationSequences, int batchTokens)
    implements Serializable {}
