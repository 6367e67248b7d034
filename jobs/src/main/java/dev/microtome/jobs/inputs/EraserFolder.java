package dev.microtome.jobs.inputs;

import dev.microtome.config.InputPath;
import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.LabelledErasure;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.jobs.ExecutorModels;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.model.ModelIdentity;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.Serializable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Erasers of hook points, as {@code fit-leace} writes them: plain data that ships to executors.
 *
 * @param model whose activations they are for; null: any, or not known
 */
public record EraserFolder(ModelFolder folder, ModelIdentity model) implements Serializable {
  private static final String ARTIFACT = "erasers";
  private static final String SUFFIX = ".safetensors";

  /**
   * Finds them.
   *
   * @param path a fit-leace output, run, or a folder of HOOK.safetensors
   * @param hook a hook point that must be among them
   * @param model whose activations they are for; empty: any, or not known
   */
  public static EraserFolder open(
      InputPath path, String hook, Optional<ModelIdentity> model, Inputs inputs) {
    List<ModelFolder> folders = inputs.folders(path, ARTIFACT, hook + SUFFIX);
    return new EraserFolder(folders.get(0), model.orElse(null));
  }

  /**
   * The eraser of a hook point and concept, where a part runs.
   *
   * @param dimensions numbers of an activation there
   * @throws InputException if there is none, or it is of activations of another width or model
   */
  public LeaceEraser read(String hook, String concept, int dimensions, ExecutorModels models)
      throws IOException {
    return requireWidth(hook, concept, dimensions, read(hook, concept, models.folder(folder)));
  }

  /** The same of any width, which the plan has looked at. */
  LeaceEraser read(String hook, String concept, ExecutorModels models) throws IOException {
    return read(hook, concept, models.folder(folder));
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

  /**
   * The eraser of a hook point and concept if it is one that needs labels, in a plan.
   *
   * @throws InputException if there is none of either kind
   */
  public Optional<LabelledErasure> labelled(String hook, String concept, Inputs inputs)
      throws IOException {
    return Optional.ofNullable(file(hook, concept, inputs.local(folder)).labelled().get(concept));
  }

  /**
   * The eraser that needs labels, where a part runs.
   *
   * @param dimensions numbers of an activation there
   * @throws InputException if it is none, or of activations of another width
   */
  public LabelledErasure labelled(
      String hook, String concept, int dimensions, ExecutorModels models) throws IOException {
    LabelledErasure erasure = file(hook, concept, models.folder(folder)).labelled().get(concept);
    if (erasure == null) {
      throw new InputException(
          "erasers %s: that of %s and '%s' needs no label, which those of other hook points need"
              .formatted(folder.path(), hook, concept));
    }
    requireWidth(hook, concept, dimensions, erasure.eraser().dimensions());
    return erasure;
  }

  /** The hook points that there are erasers of. */
  public List<String> hooks() {
    return folder.files().stream()
        .map(ModelFolder.ModelFile::name)
        .filter(name -> name.endsWith(SUFFIX))
        .map(name -> name.substring(0, name.length() - SUFFIX.length()))
        .toList();
  }

  private void requireModel(ModelIdentity fitted) {
    if (model != null && !fitted.isSameAs(model)) {
      throw new InputException(
          "erasers %s: fitted to activations of model %s, these are of %s; accept-other-model = true accepts them"
              .formatted(folder.path(), fitted, model));
    }
  }

  private LeaceEraser requireWidth(
      String hook, String concept, int dimensions, LeaceEraser eraser) {
    requireWidth(hook, concept, dimensions, eraser.dimensions());
    return eraser;
  }

  private void requireWidth(String hook, String concept, int dimensions, int expected) {
    if (expected != dimensions) {
      throw new InputException(
          "erasers %s: that of %s and '%s' is for activations of %d numbers, these have %d: was it fitted to another model?"
              .formatted(folder.path(), hook, concept, expected, dimensions));
    }
  }

  private LeaceEraser read(String hook, String concept, Path local) {
    LeaceEraser eraser = file(hook, concept, local).erasers().get(concept);
    if (eraser == null) {
      throw new InputException(
          "erasers %s: that of %s and '%s' must be told the label of each activation, which the job erase alone does"
              .formatted(folder.path(), hook, concept));
    }
    return eraser;
  }

  /** The erasers of a hook point, one of the concept among them. */
  private EraserFile file(String hook, String concept, Path local) {
    Path file = local.resolve(hook + SUFFIX);
    if (!Files.exists(file)) {
      throw new InputException(
          "erasers %s: none is of %s; they are of %s".formatted(folder.path(), hook, hooks()));
    }
    EraserFile erasers = EraserFile.read(file);
    if (!erasers.hook().equals(hook)) {
      throw new InputException(
          "erasers %s: %s is of %s".formatted(folder.path(), file.getFileName(), erasers.hook()));
    }
    erasers.model().ifPresent(this::requireModel);
    if (!erasers.concepts().contains(concept)) {
      throw new InputException(
          "erasers %s: those of %s erase %s, not '%s'"
              .formatted(folder.path(), hook, erasers.concepts(), concept));
    }
    return erasers;
  }
}
