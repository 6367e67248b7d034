package dev.microtome.config;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import java.io.Serializable;

/**
 * An option that names an input of the job: a file, folder, glob, table, run or model, on any path
 * the cluster reads. In a run's fingerprint the digest of what the path holds stands in for the
 * path, so that the same input elsewhere is the same input. The digest of models, single files and
 * tables of runs is one of content; that of text and of other tables is one of relative paths,
 * sizes and times of change.
 */
public record InputPath(@JsonValue String value) implements Serializable {
  @JsonCreator
  public InputPath {
    if (value.isBlank()) {
      throw new IllegalArgumentException("a path is needed, found an empty string");
    }
  }

  @Override
  public String toString() {
    return value;
  }
}
