package dev.microtome.run;

import java.io.Serializable;

/**
 * One file of an artifact, as its writer counted it.
 *
 * @param path inside the run directory, such as {@code model/two-layer/step-100/config.json}; its
 *     first component is the artifact's name
 * @param bytes size
 * @param sha256 of the whole file, hexadecimal
 */
public record ArtifactFile(String path, long bytes, String sha256) implements Serializable {
  /** Name of the artifact that the file belongs to. */
  public String artifact() {
    return path.substring(0, path.indexOf('/'));
  }
}
