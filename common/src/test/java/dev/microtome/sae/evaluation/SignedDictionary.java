package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.HookPoint;
import dev.microtome.model.TokenScale;

/** Two features a coordinate, its positive and its negative part; what is rebuilt is scaled. */
record SignedDictionary(String name, HookPoint hook, int width, float scale)
    implements FeatureDictionary {
  @Override
  public DictionaryHooks hooks() {
    return DictionaryHooks.of(hook);
  }

  @Override
  public int features() {
    return 2 * width;
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
    return x.concat(x.neg(), 1).maximum(0f);
  }

  @Override
  public NDArray decode(NDArray features, NDArray x) {
    return features.get(":,:" + width).sub(features.get(":," + width + ":")).mul(scale);
  }

  @Override
  public NDArray directions(NDManager manager, int... features) {
    float[] rows = new float[features.length * width];
    for (int row = 0; row < features.length; row++) {
      rows[row * width + features[row] % width] = features[row] < width ? scale : -scale;
    }
    return manager.create(rows, new Shape(features.length, width));
  }

  @Override
  public TokenScale tokenScale() {
    return TokenScale.ONE;
  }
}
