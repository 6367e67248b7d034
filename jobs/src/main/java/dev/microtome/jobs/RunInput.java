package dev.microtome.jobs;

import dev.microtome.run.Manifest;

/**
 * A finished run.
 *
 * @param path its folder, fully qualified
 */
public record RunInput(String path, Manifest manifest) {
  /** Name of the folder that the run and others of its kind lie in. */
  public String outputName() {
    String output = path.substring(0, path.lastIndexOf('/'));
    return output.substring(output.lastIndexOf('/') + 1);
  }
}
