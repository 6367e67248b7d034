package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.HookPoint;
import dev.microtome.model.TokenScale;
import java.util.List;
import java.util.stream.IntStream;

/** Features with given directions, which fire by their product with what is read. */
record DirectionsDictionary(String name, HookPoint hook, int width, List<float[]> rows)
    implements FeatureDictionary {
  DirectionsDictionary {
    rows = List.copyOf(rows);
  }

  /** Each direction is given by its first coordinates; the others are 0. */
  static DirectionsDictionary of(String name, HookPoint hook, int width, float[]... rows) {
    return new DirectionsDictionary(name, hook, width, List.of(rows));
  }

  @Override
  public DictionaryHooks hooks() {
    return DictionaryHooks.of(hook);
  }

  @Override
  public int features() {
    return rows.size();
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
    NDArray all = directions(x.getManager(), all());
    return x.matMul(all.transpose()).maximum(0f);
  }

  @Override
  public NDArray decode(NDArray features, NDArray x) {
    return features.matMul(directions(x.getManager(), all()));
  }

  @Override
  public NDArray directions(NDManager manager, int... features) {
    float[] values = new float[features.length * width];
    for (int i = 0; i < features.length; i++) {
      float[] row = rows.get(features[i]);
      System.arraycopy(row, 0, values, i * width, row.length);
    }
    return manager.create(values, new Shape(features.length, width));
  }

  @Override
  public TokenScale tokenScale() {
    return TokenScale.ONE;
  }

  private int[] all() {
    return IntStream.range(0, features()).toArray();
  }
}
