package dev.microtome.jobs.labels;

import java.io.Serializable;

/**
 * Where the sequence_ids of a part lie, by the statistics of its files.
 *
 * @param first the smallest, or less
 * @param last the largest, or more; less than {@code first} of no sequence
 */
public record SequenceRange(long first, long last) implements Serializable {}
