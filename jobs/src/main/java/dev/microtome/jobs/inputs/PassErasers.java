package dev.microtome.jobs.inputs;

import dev.microtome.jobs.ExecutorModels;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.model.HookPoint;
import dev.microtome.model.Intervention;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Erasers that a job applies during the pass: plain data that ships to executors, where the files
 * are read. Of wide hook points an eraser is megabytes, which no part is to carry.
 *
 * @param folder of the erasers; null: there are none
 * @param concept whose they are
 * @param hooks at which they are applied, and erase something
 */
public record PassErasers(EraserFolder folder, String concept, List<HookPoint> hooks)
    implements Serializable {
  /** Changes nothing of the pass. */
  public static final PassErasers NONE = new PassErasers(null, "", List.of());

  public PassErasers {
    hooks = List.copyOf(hooks);
  }

  /**
   * The same for another model of the same shape, such as the next checkpoint.
   *
   * @throws InputException if they are for the first one alone
   */
  public PassErasers in(ModelFolder model, Inputs inputs) throws IOException {
    if (hooks.isEmpty() || folder.model() == null) {
      return this;
    }
    EraserFolder others = new EraserFolder(folder.folder(), model.identity());
    others.require(hooks.get(0).address(), concept, inputs);
    return new PassErasers(others, concept, hooks);
  }

  /** What they do to a pass, where a part runs. */
  public List<Intervention> interventions(ExecutorModels models) throws IOException {
    List<Intervention> interventions = new ArrayList<>();
    for (HookPoint hook : hooks) {
      interventions.add(folder.read(hook.address(), concept, models).intervention(hook));
    }
    return interventions;
  }
}
