package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import java.util.List;
import java.util.Optional;

/**
 * Keys (smeared, rotated) and values of the tokens already seen, for generating one token after
 * another. Smearing mixes a key with the one before it, so the newest key is also kept as it was
 * before.
 */
final class KeyValueCache implements AutoCloseable {
  private final NDManager manager;
  private final NDArray[] keys;
  private final NDArray[] values;
  private final NDArray[] newestKeys;
  private int length;

  KeyValueCache(NDManager parent, int layers) {
    manager = parent.newSubManager();
    keys = new NDArray[layers];
    values = new NDArray[layers];
    newestKeys = new NDArray[layers];
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

  /** The key of the last token before it was smeared, [batch, 1, head, feature]. */
  Optional<NDArray> newestKey(int layer) {
    return Optional.ofNullable(newestKeys[layer]);
  }

  /** Keeps the last of new keys, which are not smeared: [batch, position, head, feature]. */
  void keepNewestKey(int layer, NDArray keys) {
    NDArray newest;
    try (NDArray view = keys.get(new NDIndex(":,-1:"))) {
      newest = view.duplicate();
    }
    newest.attach(manager);
    if (newestKeys[layer] != null) {
      newestKeys[layer].close();
    }
    newestKeys[layer] = newest;
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
