package dev.microtome.jobs;

import java.io.Serializable;
import java.util.List;

/**
 * A model folder as it was when the run was planned: plain data that ships to executors.
 *
 * @param path fully qualified
 * @param digest SHA-256 over the names and contents of the files
 * @param files those directly inside the folder that a model may be made of
 */
public record ModelFolder(String path, String digest, List<ModelFile> files)
    implements Serializable {
  public ModelFolder {
    files = List.copyOf(files);
  }

  /** The folder's own name. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }

  /**
   * One file of the folder.
   *
   * @param sha256 of its content, hexadecimal
   */
  public record ModelFile(String name, long bytes, String sha256) implements Serializable {}
}
