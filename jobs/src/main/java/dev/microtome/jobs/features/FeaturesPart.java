package dev.microtome.jobs.features;

import dev.microtome.jobs.inputs.TokenSlices;
import java.io.Serializable;

/**
 * One part of the first pass: a block of sequences, for all dictionaries.
 *
 * @param inputs of the later stages, the same in every part
 */
record FeaturesPart(SurveyTask task, TokenSlices tokens, StageInputs inputs)
    implements Serializable {}
