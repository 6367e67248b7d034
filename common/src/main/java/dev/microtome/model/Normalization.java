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
    return switch (config.norm()) {
      case LAYER_NORM ->
          layerNorm(
              parameters, name, config.dModel(), config.normEpsilon(), scaleSite, normalizedSite);
      case RMS_NORM ->
          new Normalization(
              NormKind.RMS_NORM,
              config.normEpsilon(),
              parameters.get(name + ".w", config.dModel()),
              Optional.empty(),
              scaleSite,
              normalizedSite);
      case NONE -> throw new IllegalArgumentException("A model without norms has no " + name);
    };
  }

  static Normalization layerNorm(
      Parameters parameters,
      String name,
      int width,
      double epsilon,
      HookSite scaleSite,
      HookSite normalizedSite) {
    return new Normalization(
        NormKind.LAYER_NORM,
        epsilon,
        parameters.get(name + ".w", width),
        Optional.of(parameters.get(name + ".b", width)),
        scaleSite,
        normalizedSite);
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
