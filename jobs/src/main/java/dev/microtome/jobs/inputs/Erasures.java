package dev.microtome.jobs.inputs;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.model.HookShape;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Erasers that a job applies during the pass, as its configuration says it.
 *
 * @param erasers where they are; empty: none are applied
 * @param concept whose they are
 * @param hooks at which they are applied, one by one or with *
 * @param acceptOtherModel whether they may have been fitted to another model
 */
public record Erasures(
    Optional<InputPath> erasers,
    Optional<String> concept,
    List<String> hooks,
    boolean acceptOtherModel) {
  private static final String HOOKS = "erase-hooks";

  public Erasures {
    hooks = List.copyOf(hooks);
  }

  /**
   * Refuses keys {@code erasers}, {@code erase-concept} and {@code erase-hooks} of which one lacks
   * another.
   */
  public void requireWhole() {
    if (erasers.isPresent() && concept.isEmpty()) {
      throw new ConfigException("erase-concept", "null", "must name a concept of the erasers");
    }
    if (erasers.isPresent() == hooks.isEmpty()) {
      throw new ConfigException(
          HOOKS, hooks, erasers.isPresent() ? "needs at least one hook point" : "needs erasers");
    }
  }

  /**
   * Opens them for a model; those that erase nothing are left out.
   *
   * @throws InputException if the model lacks a hook point, or there is no eraser of its width, or
   *     one of another model
   */
  public PassErasers open(HookPoints points, ModelFolder model, Inputs inputs) throws IOException {
    if (erasers.isEmpty()) {
      return PassErasers.NONE;
    }
    List<HookPoint> places;
    try {
      places = points.resolve(hooks);
    } catch (InputException e) {
      throw new ConfigException(HOOKS, e);
    }
    EraserFolder folder =
        EraserFolder.open(
            erasers.get(),
            places.get(0).address(),
            acceptOtherModel ? Optional.empty() : Optional.of(model.identity()),
            inputs);
    List<HookPoint> erased = new ArrayList<>();
    for (HookPoint hook : places) {
      HookShape shape = points.shape(hook);
      if (shape.kind() == HookShape.Kind.ATTENTION) {
        throw new InputException("%s: %s is as wide as a sequence is long".formatted(HOOKS, hook));
      }
      LeaceEraser eraser =
          folder.read(hook.address(), concept.orElseThrow(), shape.sizePerPosition(1), inputs);
      if (eraser.rank() > 0) {
        erased.add(hook);
      }
    }
    return new PassErasers(folder, concept.orElseThrow(), erased);
  }
}
