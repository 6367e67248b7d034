package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.HookPoint;
import dev.microtome.model.TokenScale;

/** Neurons as features: what is above 0 of each. */
record NeuronDictionary(String name, HookPoint hook, int width) implements FeatureDictionary {

  @Override
  public DictionaryHooks hooks() {
    return DictionaryHooks.of(hook);
  }

  @Override
  public int features() {
    return width;
  }

  @Override
  public int dIn() {
    return width;
  }

  @Override
  public int dOut() {
    return width;
  }

  @Override
  public NDArray encode(NDArray x) {
    return EvaluationKernels.relu(x.getManager(), x);
  }

  @Override
  public NDArray decode(NDArray features, NDArray x) {
    return features.duplicate();
  }

  @Override
  public NDArray directions(NDManager manager, int... features) {
    float[] rows = new float[features.length * width];
    for (int row = 0; row < features.length; row++) {
      rows[row * width + features[row]] = 1;
    }
    return manager.create(rows, new Shape(features.length, width));
  }

  @Override
  public TokenScale tokenScale() {
    return TokenScale.ONE;
  }
}
