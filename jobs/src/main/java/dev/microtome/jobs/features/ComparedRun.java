package dev.microtome.jobs.features;

import dev.microtome.jobs.TableInput;
import java.io.Serializable;

/**
 * The sample of another run.
 *
 * @param prefix of its dictionaries' names in tables
 */
record ComparedRun(String prefix, TableInput activations) implements Serializable {}
