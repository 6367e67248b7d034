package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/** Keys (rotated) and values of the tokens already seen, for generating one token after another. */
final class KeyValueCache implements AutoCloseable {
  private final NDManager manager;
  private final NDArray[] keys;
  private final NDArray[] values;
  private int length;

  KeyValueCache(NDManager parent, int layers) {
    manager = parent.newSubManager();
    keys = new NDArray[layers];
    values = new NDArray[layers];
  }

  /** Tokens whose keys and values every layer has. */
  int length() {
    return length;
  }

  /** Adds those of new tokens and returns all: [batch, key position, head, feature]. */
  List<NDArray> append(int layer, NDArray newKeys, NDArray newValues) {
    keys[layer] = appended(keys[layer], newKeys);
    values[layer] = appended(values[layer], newValues);
    return List.of(keys[layer], values[layer]);
  }

  void advance(int tokens) {
    length += tokens;
  }

  private NDArray appended(NDArray before, NDArray added) {
    NDArray all = before == null ? added.duplicate() : before.concat(added, 1);
    all.attach(manager);
    if (before != null) {
      before.close();
    }
    return all;
  }

  @Override
  public void close() {
    manager.close();
  }
}
