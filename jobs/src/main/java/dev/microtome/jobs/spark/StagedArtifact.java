package dev.microtome.jobs.spark;

import dev.microtome.run.ArtifactFile;
import java.io.Serializable;

/**
 * A file of an artifact that waits for its commit.
 *
 * @param path where it lies now
 * @param file what it will be
 */
record StagedArtifact(String path, ArtifactFile file) implements Serializable {}
