package dev.microtome.jobs.saes;

import dev.microtome.sae.stream.RowColumns;
import java.io.Serializable;

/**
 * What one SAE is trained on.
 *
 * @param hook address of what is encoded
 * @param target address of what is rebuilt; empty if it is the same
 * @param columns of both in the stream
 */
record SaeInput(String hook, String target, RowColumns columns) implements Serializable {}
