package dev.microtome.model;

import ai.djl.engine.Engine;
import ai.djl.pytorch.jni.JniUtils;

/** Settings of libtorch that hold for the whole process. */
public final class Torch {
  private Torch() {}

  /**
   * Sets how many threads one operator may use and switches the pool for concurrent operators off.
   * To be called once, before the first pass: a thread that has already computed keeps the number
   * it started with. With several tasks in a process their product is what counts: a machine of 2
   * cores runs 2 tasks of 1 thread, or 1 task of 2.
   *
   * @throws IllegalArgumentException if {@code perOperator} is not positive
   */
  public static synchronized void threads(int perOperator) {
    if (perOperator < 1) {
      throw new IllegalArgumentException("threads must be positive: " + perOperator);
    }
    Engine.getEngine("PyTorch");
    if (JniUtils.getNumInteropThreads() != 1) {
      JniUtils.setNumInteropThreads(1);
    }
    JniUtils.setNumThreads(perOperator);
  }

  /** Threads one operator may use. */
  public static int threads() {
    Engine.getEngine("PyTorch");
    return JniUtils.getNumThreads();
  }
}
