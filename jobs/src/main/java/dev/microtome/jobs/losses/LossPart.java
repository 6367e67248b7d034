package dev.microtome.jobs.losses;

import dev.microtome.jobs.inputs.TokenSlices;
import java.io.Serializable;

/** One part: a checkpoint and a block of sequences. */
record LossPart(LossTask task, TokenSlices tokens) implements Serializable {}
