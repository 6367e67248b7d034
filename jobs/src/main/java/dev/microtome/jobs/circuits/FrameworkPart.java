package dev.microtome.jobs.circuits;

import dev.microtome.jobs.Checkpoint;
import dev.microtome.model.FrameworkWeights.Folding;
import java.io.Serializable;

/** One part: a checkpoint. */
record FrameworkPart(Checkpoint checkpoint, Folding folding, int bigrams, int skipTrigrams)
    implements Serializable {}
