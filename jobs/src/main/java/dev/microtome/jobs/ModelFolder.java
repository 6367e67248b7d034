package dev.microtome.jobs;

import dev.microtome.model.ModelIdentity;
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

  private static final String STEP = "step-?[0-9]+";
  private static final String RUN = "[0-9]{4}-[0-9]{2}-[0-9]{2}T.*";

  /**
   * The folder's own name; of a checkpoint, {@code NAME/step-N} or {@code OUTPUT/RUN/model/step-N},
   * that of its series, as {@link Inputs#checkpoints} has it.
   */
  public String name() {
    String[] parts = path.split("/", -1);
    int last = parts.length - 1;
    if (last < 1 || !parts[last].matches(STEP)) {
      return parts[last];
    }
    boolean oneModel = last > 2 && parts[last - 1].equals("model") && parts[last - 2].matches(RUN);
    return parts[oneModel ? last - 3 : last - 1];
  }

  /** What is written into what is made of the model. */
  public ModelIdentity identity() {
    String own = path.substring(path.lastIndexOf('/') + 1);
    return new ModelIdentity(name(), own.equals(name()) ? "" : own, digest);
  }

  /**
   * One file of the folder.
   *
   * @param sha256 of its content, hexadecimal
   */
  public record ModelFile(String name, long bytes, String sha256) implements Serializable {}
}
