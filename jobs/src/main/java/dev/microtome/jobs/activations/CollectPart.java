package dev.microtome.jobs.activations;

import dev.microtome.jobs.inputs.TokenSlices;
import java.io.Serializable;

/** One part: what to do, the same for all parts, and the sequences to do it with. */
record CollectPart(CollectTask task, TokenSlices tokens) implements Serializable {}
