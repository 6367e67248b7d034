package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;

/** A transformer. */
public final class HookedTransformer implements AutoCloseable {
  private final ModelConfig config;
  private final HookPoints hookPoints;
  private final NDManager manager;

  public HookedTransformer(ModelConfig config, Map<String, NDArray> parameters, NDManager manager) {
    this.config = config;
    this.hookPoints = HookPoints.of(config);
    this.manager = manager;
  }

  public ModelConfig config() {
    return config;
  }

  public HookPoints hookPoints() {
    return hookPoints;
  }

  /** Runs. */
  public ActivationCache run(TokenBatch batch, ForwardPass pass, NDManager parent) {
    return new ActivationCache(parent.newSubManager(), batch, hookPoints);
  }

  @Override
  public void close() {
    manager.close();
  }
}
