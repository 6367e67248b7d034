package dev.microtome.jobs.evaluations;

import dev.microtome.jobs.inputs.TokenSlices;
import java.io.Serializable;

/** One part: some SAEs of one hook and a block of sequences. */
record EvaluatePart(EvaluateTask task, TokenSlices tokens) implements Serializable {}
