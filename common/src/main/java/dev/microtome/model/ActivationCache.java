package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The activations a pass kept, each [batch, position, …] as its {@link HookShape} says. It owns
 * their native memory until closed. What stands at the padded positions of shorter rows means
 * nothing.
 */
public final class ActivationCache implements AutoCloseable {
  private final NDManager manager;
  private final TokenBatch batch;
  private final HookPoints points;
  private final Map<HookPoint, NDArray> activations = new HashMap<>();

  ActivationCache(NDManager manager, TokenBatch batch, HookPoints points) {
    this.manager = manager;
    this.batch = batch;
    this.points = points;
  }

  /** Keeps a view of {@code value}, whose memory nothing may write to from now on. */
  void put(HookPoint point, NDArray value) {
    NDArray kept = value.reshape(value.getShape());
    kept.attach(manager);
    activations.put(point, kept);
  }

  NDManager manager() {
    return manager;
  }

  /** The batch the pass ran over. */
  public TokenBatch batch() {
    return batch;
  }

  /** What was kept, in the order of the pass. */
  public List<HookPoint> points() {
    return points.inOrder(activations.keySet());
  }

  /**
   * The native array of an activation, owned by the cache: not to be written to nor used after
   * {@link #close}.
   *
   * @throws IllegalArgumentException if the pass was not asked for it
   */
  public NDArray get(HookPoint point) {
    NDArray activation = activations.get(point);
    if (activation == null) {
      throw new IllegalArgumentException(
          "hook '%s' was not read; read: %s".formatted(point, points()));
    }
    return activation;
  }

  /** A copy of the whole array, row-major, padding included. */
  public float[] floats(HookPoint point) {
    return get(point).toFloatArray();
  }

  /**
   * A copy of one sequence's activations without padding, row-major: [position, feature],
   * [position, head, feature] or [head, query position, key position].
   */
  public float[] floats(HookPoint point, int row) {
    int length = batch.length(row);
    String selection =
        points.shape(point).kind() == HookShape.Kind.ATTENTION
            ? "%d,:,:%d,:%d".formatted(row, length, length)
            : "%d,:%d".formatted(row, length);
    try (NDArray part = get(point).get(selection)) {
      return part.toFloatArray();
    }
  }

  /** Shape of an activation. */
  public Shape shape(HookPoint point) {
    return get(point).getShape();
  }

  @Override
  public void close() {
    manager.close();
  }
}
