package dev.microtome.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.torch.TorchScript;
import java.util.List;

/** The arithmetic of {@code optimizers.py}, each method one call for all parameters together. */
final class OptimizerKernels {
  private static final TorchScript SCRIPT =
      TorchScript.load(OptimizerKernels.class, "optimizers.py", "Optimizers");

  private OptimizerKernels() {}

  static void adamInPlace(
      Adam rule,
      List<NDArray> parameters,
      List<NDArray> gradients,
      List<NDArray> means,
      List<NDArray> squares,
      List<NDArray> largest,
      long step,
      double learningRate) {
    SCRIPT.change(
        "adam_",
        parameters,
        gradients,
        means,
        squares,
        largest,
        step,
        learningRate,
        rule.beta1(),
        rule.beta2(),
        rule.weightDecay(),
        rule.epsilon(),
        rule.amsgrad());
  }

  static void adamWInPlace(
      AdamW rule,
      List<NDArray> parameters,
      List<NDArray> gradients,
      List<NDArray> means,
      List<NDArray> squares,
      long step,
      double learningRate) {
    SCRIPT.change(
        "adamw_",
        parameters,
        gradients,
        means,
        squares,
        step,
        learningRate,
        rule.beta1(),
        rule.beta2(),
        rule.weightDecay(),
        rule.epsilon());
  }

  static void sgdNesterovInPlace(
      SgdNesterov rule,
      List<NDArray> parameters,
      List<NDArray> gradients,
      List<NDArray> momenta,
      long step,
      double learningRate) {
    SCRIPT.change(
        "sgd_nesterov_",
        parameters,
        gradients,
        momenta,
        step,
        learningRate,
        rule.momentum(),
        rule.weightDecay());
  }

  static double norm(NDManager manager, List<NDArray> gradients) {
    try (NDArray norm = SCRIPT.array(manager, "norm", gradients)) {
      return norm.getDouble();
    }
  }

  static void scaleInPlace(List<NDArray> gradients, double factor) {
    SCRIPT.change("scale_", gradients, factor);
  }
}
