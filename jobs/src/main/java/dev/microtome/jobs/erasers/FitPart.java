package dev.microtome.jobs.erasers;

import dev.microtome.jobs.inputs.TokenSlices;
import java.io.Serializable;

/**
 * One part of the activations.
 *
 * @param labels where labels of its sequences may be; nothing where they stand beside the
 *     activations
 */
record FitPart(TokenSlices activations, TokenSlices labels) implements Serializable {}
