package dev.microtome.jobs.erase;

import dev.microtome.jobs.inputs.TokenSlices;
import java.io.Serializable;

/** One part: what to do, the same for all parts, and the rows of the table to do it with. */
record ErasePart(EraseTask task, TokenSlices rows) implements Serializable {}
