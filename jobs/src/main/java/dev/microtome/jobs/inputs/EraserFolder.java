package dev.microtome.jobs.inputs;

import dev.microtome.config.InputPath;
import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.jobs.ExecutorModels;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeSet;

/** Erasers of hook points, as {@code fit-leace} writes them: plain data that ships to executors. */
public record EraserFolder(ModelFolder folder) implements Serializable {
  private static final String ARTIFACT = "erasers";
  private static final String SUFFIX = ".safetensors";

  /**
   * Finds them.
   *
   * @param path a fit-leace output, run, or a folder of HOOK.safetensors
   * @param hook a hook point that must be among them
   */
  public static EraserFolder open(InputPath path, String hook, Inputs inputs) {
    List<ModelFolder> folders = inputs.folders(path, ARTIFACT, hook + SUFFIX);
    return new EraserFolder(folders.get(0));
  }

  /**
   * The eraser of a hook point and concept, where a part runs.
   *
   * @param dimensions numbers of an activation there
   * @throws InputException if there is none, or it is of activations of another width
   */
  public LeaceEraser read(String hook, String concept, int dimensions, ExecutorModels models)
      throws IOException {
    return requireWidth(hook, concept, dimensions, read(hook, concept, models.folder(folder)));
  }

  /** The same in a plan. */
  public LeaceEraser read(String hook, String concept, int dimensions, Inputs inputs)
      throws IOException {
    return requireWidth(hook, concept, dimensions, read(hook, concept, inputs.local(folder)));
  }

  /**
   * Requires an eraser of a hook point and concept, in a plan.
   *
   * @throws InputException if there is none
   */
  public void require(String hook, String concept, Inputs inputs) throws IOException {
    LeaceEraser unused = read(hook, concept, inputs.local(folder));
  }

  private LeaceEraser requireWidth(
      String hook, String concept, int dimensions, LeaceEraser eraser) {
    if (eraser.dimensions() != dimensions) {
      throw new InputException(
          "erasers %s: that of %s and '%s' is for activations of %d numbers, these have %d: was it fitted to another model?"
              .formatted(folder.path(), hook, concept, eraser.dimensions(), dimensions));
    }
    return eraser;
  }

  private LeaceEraser read(String hook, String concept, Path local) {
    Path file = local.resolve(hook + SUFFIX);
    if (!Files.exists(file)) {
      throw new InputException(
          "erasers %s: none is of %s; they are of %s"
              .formatted(
                  folder.path(),
                  hook,
                  folder.files().stream()
                      .map(ModelFolder.ModelFile::name)
                      .filter(name -> name.endsWith(SUFFIX))
                      .map(name -> name.substring(0, name.length() - SUFFIX.length()))
                      .toList()));
    }
    EraserFile erasers = EraserFile.read(file);
    if (!erasers.hook().equals(hook)) {
      throw new InputException(
          "erasers %s: %s is of %s".formatted(folder.path(), file.getFileName(), erasers.hook()));
    }
    LeaceEraser eraser = erasers.erasers().get(concept);
    if (eraser == null) {
      throw new InputException(
          "erasers %s: those of %s erase %s, not '%s'"
              .formatted(folder.path(), hook, new TreeSet<>(erasers.erasers().keySet()), concept));
    }
    return eraser;
  }
}
