package dev.microtome.jobs.erase;

import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.jobs.labels.LabelledPart;
import java.io.Serializable;

/**
 * One part: what to do, the same for all parts, and the rows of the table to do it with.
 *
 * @param labelled the same rows with their labels; null where the erasers need none
 */
record ErasePart(EraseTask task, TokenSlices rows, LabelledPart labelled) implements Serializable {}
