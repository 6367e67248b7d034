package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Optional;

/**
 * act(x·W_in + b_in)·W_out + b_out, or with a gate (act(x·W_gate) ⊙ x·W_in)·W_out. SoLU may be
 * followed by a layer norm.
 */
final class Mlp {
  private final Activation activation;
  private final Linear in;
  private final Optional<Linear> gate;
  private final Optional<Normalization> norm;
  private final Linear out;

  Mlp(ModelConfig config, Parameters parameters, int layer) {
    String name = "blocks." + layer + ".mlp.";
    activation = config.activation();
    in = Linear.of(parameters, name + "W_in", name + "b_in", config.dMlp(), config.dModel());
    gate =
        config.gatedMlp()
            ? Optional.of(
                Linear.of(
                    parameters, name + "W_gate", name + "b_gate", config.dMlp(), config.dModel()))
            : Optional.empty();
    norm =
        activation == Activation.SOLU_LN
            ? Optional.of(
                Normalization.layerNorm(
                    parameters,
                    name + "ln",
                    config.dMlp(),
                    config.normEpsilon(),
                    HookSite.MLP_LN_SCALE,
                    HookSite.MLP_LN_NORMALIZED))
            : Optional.empty();
    out = Linear.of(parameters, name + "W_out", name + "b_out", config.dModel(), config.dMlp());
  }

  /** [batch, position, dModel]: a fresh array. */
  NDArray apply(NDManager manager, Taps taps, NDArray x) {
    NDArray hidden = activated(manager, taps, gate.orElse(in).apply(manager, x));
    if (gate.isPresent()) {
      NDArray linear = taps.pass(manager, HookSite.MLP_PRE_LINEAR, in.apply(manager, x));
      Kernels.mulInPlace(hidden, linear);
      linear.close();
    }
    if (norm.isPresent()) {
      NDArray mid = taps.pass(manager, HookSite.MLP_MID, hidden);
      hidden = norm.get().apply(manager, taps, mid);
      mid.close();
    }
    NDArray post = taps.pass(manager, HookSite.MLP_POST, hidden);
    NDArray result = out.apply(manager, post);
    post.close();
    return result;
  }

  private NDArray activated(NDManager manager, Taps taps, NDArray pre) {
    if (!taps.at(HookSite.MLP_PRE)) {
      Kernels.activationInPlace(activation, pre);
      return pre;
    }
    return Kernels.activation(manager, activation, taps.pass(manager, HookSite.MLP_PRE, pre));
  }
}
