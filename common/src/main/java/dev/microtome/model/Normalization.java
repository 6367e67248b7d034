package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.ModelConfig.NormKind;
import java.util.Optional;

/**
 * Layer norm or RMS norm over the stream: one fused call, or three steps where the scale or the
 * value before weight and bias is asked for.
 *
 * @param bias absent in RMS norm
 */
record Normalization(
    NormKind kind,
    double epsilon,
    NDArray weight,
    Optional<NDArray> bias,
    HookSite scaleSite,
    HookSite normalizedSite) {

  static Normalization of(
      ModelConfig config,
      Parameters parameters,
      String name,
      HookSite scaleSite,
      HookSite normalizedSite) {
    NDArray weight = parameters.get(name + ".w", config.dModel());
    Optional<NDArray> bias =
        config.norm() == NormKind.LAYER_NORM
            ? Optional.of(parameters.get(name + ".b", config.dModel()))
            : Optional.empty();
    return new Normalization(
        config.norm(), config.normEpsilon(), weight, bias, scaleSite, normalizedSite);
  }

  boolean tapped(Taps taps) {
    return taps.at(scaleSite, normalizedSite);
  }

  /** A fresh array. */
  NDArray apply(NDManager manager, Taps taps, NDArray x) {
    if (!tapped(taps)) {
      return kind == NormKind.LAYER_NORM
          ? Kernels.layerNorm(manager, x, weight, bias.orElseThrow(), epsilon)
          : Kernels.rmsNorm(manager, x, weight, epsilon);
    }
    NDArray centered = kind == NormKind.LAYER_NORM ? Kernels.layerCenter(manager, x) : x;
    NDArray scale =
        taps.pass(manager, scaleSite, Kernels.rootMeanSquare(manager, centered, epsilon));
    NDArray normalized = taps.pass(manager, normalizedSite, centered.div(scale));
    NDArray result = normalized.mul(weight);
    bias.ifPresent(b -> Kernels.addInPlace(result, b));
    result.attach(manager);
    return result;
  }
}
