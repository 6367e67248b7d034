package dev.microtome.jobs.inputs;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.InputException;
import dev.microtome.sae.SaeFiles;
import dev.microtome.sae.SaeForm;
import dev.microtome.sae.evaluation.DictionaryHooks;
import dev.microtome.sae.evaluation.SaeFit;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The SAEs that a job is given, checked against the model they are to work in. */
public final class SaeInputs {
  /** Folder of a run in which its SAEs lie. */
  public static final String ARTIFACT = "saes";

  private static final String CONFIG = "cfg.json";

  private SaeInputs() {}

  /** What counts which model an SAE's cfg.json says it was made for. */
  public enum Models {
    MUST_AGREE,
    ANY
  }

  /**
   * Finds SAEs and checks that each is one for the model: its hook, its width, its model.
   *
   * @param paths SAE folders, folders of such, or train-sae runs
   * @param modelPath named in refusals
   * @param model the model's folder, whose digest, or else name, is compared
   * @param hook overrides what cfg.json says
   * @param models whether another model is a reason to refuse
   * @throws InputException naming the SAE, what it says and what the model has
   */
  public static List<SaeInput> find(
      List<InputPath> paths,
      InputPath modelPath,
      ModelFolder model,
      Optional<HookPoint> hook,
      Models models,
      Inputs inputs)
      throws IOException {
    HookPoints points = HookPoints.of(ModelFiles.open(inputs.local(model)).config());
    List<SaeInput> saes = new ArrayList<>();
    Set<String> seen = new HashSet<>();
    for (InputPath path : paths) {
      for (ModelFolder folder : inputs.folders(path, ARTIFACT, CONFIG)) {
        SaeForm form = SaeFiles.check(inputs.local(folder));
        if (!seen.add(folder.name())) {
          throw new InputException(
              "saes: two are called '%s', the second %s; give one of the folders another name"
                  .formatted(folder.name(), folder.path()));
        }
        DictionaryHooks hooks = new SaeFit(folder.path(), form).hooks(hook, points);
        if (models == Models.MUST_AGREE) {
          new SaeFit(folder.path(), form).requireModel(model.identity(), modelPath.value());
        }
        saes.add(
            new SaeInput(folder.name(), folder, hooks, form.dSae(), SaeFit.architecture(form)));
      }
    }
    return saes;
  }
}
