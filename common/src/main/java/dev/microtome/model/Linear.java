package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/** x·Wᵀ + b over the last axis. */
record Linear(NDArray weight, Optional<NDArray> bias) {

  static Linear of(Parameters parameters, String weight, String bias, long out, long in) {
    Optional<NDArray> b = parameters.find(bias).map(present -> parameters.get(bias, out));
    return new Linear(parameters.get(weight, out, in), b);
  }

  NDArray apply(NDManager manager, NDArray x) {
    return Kernels.linear(manager, x, weight, bias);
  }
}
