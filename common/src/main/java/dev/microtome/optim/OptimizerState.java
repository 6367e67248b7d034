package dev.microtome.optim;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An {@link Optimizer} at work on its parameters: the running sums of each, and the number of steps
 * done. Memory: twice the parameters for Adam and AdamW, three times with AMSGrad, once for SGD.
 * Not safe for use by several threads at once.
 */
public final class OptimizerState implements AutoCloseable {
  private static final List<String> ADAM = List.of("exp_avg", "exp_avg_sq");
  private static final List<String> AMSGRAD = List.of("exp_avg", "exp_avg_sq", "max_exp_avg_sq");
  private static final List<String> SGD = List.of("momentum_buffer");

  private final Optimizer rule;
  private final List<String> names;
  private final List<NDArray> parameters;
  private final Map<String, List<NDArray>> sums = new LinkedHashMap<>();
  private long steps;

  OptimizerState(Optimizer rule, Map<String, NDArray> parameters, NDManager manager) {
    this.rule = rule;
    names = List.copyOf(parameters.keySet());
    this.parameters = List.copyOf(parameters.values());
    for (String sum : kinds(rule)) {
      List<NDArray> arrays = new ArrayList<>();
      for (NDArray parameter : this.parameters) {
        arrays.add(manager.zeros(parameter.getShape(), parameter.getDataType()));
      }
      sums.put(sum, arrays);
    }
  }

  private static List<String> kinds(Optimizer rule) {
    if (rule instanceof Adam adam) {
      return adam.amsgrad() ? AMSGRAD : ADAM;
    }
    return rule instanceof AdamW ? ADAM : SGD;
  }

  /**
   * Changes the parameters by one step.
   *
   * @param gradients in the order of the parameters, of their shapes and type, contiguous
   * @param learningRate η of this step
   * @throws IllegalArgumentException if they are not as many as the parameters
   */
  public void step(List<NDArray> gradients, double learningRate) {
    if (gradients.size() != parameters.size()) {
      throw new IllegalArgumentException(
          "%d gradients for %d parameters".formatted(gradients.size(), parameters.size()));
    }
    steps++;
    if (parameters.isEmpty()) {
      return;
    }
    if (rule instanceof AdamW adamW) {
      OptimizerKernels.adamWInPlace(
          adamW,
          parameters,
          gradients,
          sums.get("exp_avg"),
          sums.get("exp_avg_sq"),
          steps,
          learningRate);
    } else if (rule instanceof Adam adam) {
      OptimizerKernels.adamInPlace(
          adam,
          parameters,
          gradients,
          sums.get("exp_avg"),
          sums.get("exp_avg_sq"),
          sums.getOrDefault("max_exp_avg_sq", List.of()),
          steps,
          learningRate);
    } else if (rule instanceof SgdNesterov sgd) {
      OptimizerKernels.sgdNesterovInPlace(
          sgd, parameters, gradients, sums.get("momentum_buffer"), steps, learningRate);
    }
  }

  /** Steps done. */
  public long steps() {
    return steps;
  }

  /**
   * The running sums as {@code sum.parameter}, under torch's names of the sums: {@code exp_avg},
   * {@code exp_avg_sq}, {@code max_exp_avg_sq}, {@code momentum_buffer}. Not copies: a next step
   * changes them.
   */
  public Map<String, NDArray> tensors() {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    sums.forEach(
        (sum, arrays) -> {
          for (int i = 0; i < arrays.size(); i++) {
            tensors.put(sum + "." + names.get(i), arrays.get(i));
          }
        });
    return tensors;
  }

  /**
   * Takes up a run after so many steps; the sums are to be set through {@link #tensors}.
   *
   * @throws IllegalArgumentException if negative
   */
  public void resumeAfter(long stepsDone) {
    if (stepsDone < 0) {
      throw new IllegalArgumentException("steps done are negative: " + stepsDone);
    }
    steps = stepsDone;
  }

  @Override
  public void close() {
    sums.values().forEach(arrays -> arrays.forEach(NDArray::close));
  }
}
