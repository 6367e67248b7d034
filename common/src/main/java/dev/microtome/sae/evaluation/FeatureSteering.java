package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.Generation;
import dev.microtome.model.HookShape;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Intervention;
import dev.microtome.model.Slice;
import dev.microtome.model.Values;
import java.util.Arrays;
import java.util.List;

/**
 * Continues prompts while a feature's direction is added at every position, in the model's units:
 * of an SAE that normalises its input times what undoes that at the position ({@link
 * FeatureDictionary#tokenScale}).
 */
public final class FeatureSteering {
  private FeatureSteering() {}

  /**
   * Continuations, in the order of the prompts.
   *
   * @param amount how much of the feature is added, in its own unit; 0 for the unchanged model
   */
  public static List<int[]> continuations(
      HookedTransformer model,
      FeatureDictionary dictionary,
      int feature,
      double amount,
      List<int[]> prompts,
      Generation generation,
      NDManager parent) {
    if (amount == 0) {
      return generation.run(model, prompts, parent);
    }
    float[] direction;
    try (NDArray row = dictionary.directions(parent, feature)) {
      direction = row.toFloatArray();
    }
    for (int i = 0; i < direction.length; i++) {
      direction[i] *= (float) amount;
    }
    HookShape shape = model.hookPoints().shape(dictionary.hooks().output());
    long[] sizes = shape.of(1, 1).getShape();
    Values added = Values.of(direction, Arrays.copyOfRange(sizes, 2, sizes.length));
    Intervention change =
        Intervention.add(dictionary.hooks().output(), Slice.all(), added, dictionary.tokenScale());
    return generation.intervening(change).run(model, prompts, parent);
  }
}
