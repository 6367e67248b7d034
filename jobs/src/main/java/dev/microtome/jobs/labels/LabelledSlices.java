package dev.microtome.jobs.labels;

import dev.microtome.jobs.inputs.TokenSlices;
import java.io.Serializable;

/**
 * One part of the activations.
 *
 * @param sequences whose activations these are
 * @param labels where labels of its sequences may be; nothing where they stand beside the
 *     activations
 */
public record LabelledSlices(TokenSlices activations, SequenceRange sequences, TokenSlices labels)
    implements Serializable {}
