package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * A feature is h = x·W_enc + b_enc where h is above the feature's own threshold θ; loss ⟨‖x − x̂‖²⟩
 * + λ⟨penalty⟩. Neither f nor L0 has a gradient towards θ, so that one is estimated from the
 * pre-activations near it: with R = 1[|h − θ| < ε/2], ∂f/∂θ = −(θ/ε)·R and ∂1[h > θ]/∂θ = −R/ε.
 *
 * <p>In the paper θ = exp of what is trained ({@code log_threshold}), h goes through a ReLU first
 * and decoder rows have norm 1. SAELens trains {@code threshold} itself, held at 0 or above, takes
 * h as it is and leaves the rows free.
 *
 * @param l0 λ
 * @param bandwidth ε, 0.001 in the paper for inputs of mean squared norm 1
 * @param estimate where the estimates' gradient goes
 * @param preAct coefficient of ⟨Σ ReLU(θ − h)·n⟩ over dead features, which pulls them back; 0 for
 *     none, as in the paper
 * @see <a href="https://arxiv.org/abs/2407.14435">Rajamanoharan et al. 2024, JumpReLU SAEs</a>
 */
public record JumpReluSae(
    double l0,
    double bandwidth,
    Penalty penalty,
    Estimate estimate,
    double preAct,
    Formulation formulation)
    implements SaeArchitecture {

  /** What is penalised of a token's features. */
  public sealed interface Penalty extends Serializable {}

  /** Their number L0, as in the paper. */
  public record Count() implements Penalty {}

  /**
   * Σ tanh(scale·f·n): their number as far as they are large.
   *
   * @param scale 4 in Anthropic's update of January 2025
   */
  public record Tanh(double scale) implements Penalty {
    public Tanh {
      Checks.positive("tanh scale", scale);
    }
  }

  /**
   * (2/target)·(L0 − target)², as SAELens has it after Gemma Scope 2.
   *
   * @param target features of a token
   */
  public record Quadratic(double target) implements Penalty {
    public Quadratic {
      Checks.positive("target", target);
    }
  }

  /** Where the estimated gradient goes. */
  public enum Estimate {
    /** To θ alone, as in the paper. */
    THRESHOLD,

    /** To h as well, with the other sign, and so to the encoder. */
    THRESHOLD_AND_INPUT
  }

  public JumpReluSae {
    Checks.notNegative("l0", l0);
    Checks.positive("bandwidth", bandwidth);
    Checks.notNegative("preAct", preAct);
  }

  /** The paper's. */
  public JumpReluSae(double l0) {
    this(l0, 0.001, new Count(), Estimate.THRESHOLD, 0, Formulation.PAPER);
  }

  @Override
  public String name() {
    return "jumprelu";
  }

  @Override
  public PreBias preBias() {
    return formulation == Formulation.PAPER ? PreBias.NONE : PreBias.TIED;
  }

  @Override
  public DecoderNorms decoderNorms() {
    return formulation == Formulation.PAPER ? DecoderNorms.UNIT : DecoderNorms.FREE;
  }

  @Override
  public double sparsity() {
    return l0;
  }

  @Override
  public Encoding encoding() {
    return new Encoding.JumpRelu();
  }

  @Override
  public Map<String, Shape> encoder(int dIn, int dSae) {
    Map<String, Shape> shapes = new LinkedHashMap<>(new Encoding.Relu().tensors(dIn, dSae));
    shapes.put(formulation == Formulation.PAPER ? "log_threshold" : "threshold", new Shape(dSae));
    return shapes;
  }

  @Override
  public String script() {
    return "jump_relu";
  }

  @Override
  public Map<String, double[]> constants(int dIn) {
    Map<String, double[]> constants = new HashMap<>();
    constants.put("bandwidth", new double[] {bandwidth});
    if (estimate == Estimate.THRESHOLD_AND_INPUT) {
      constants.put("to_input", new double[] {1});
    }
    if (penalty instanceof Tanh tanh) {
      constants.put("tanh", new double[] {tanh.scale()});
    } else if (penalty instanceof Quadratic quadratic) {
      constants.put("target", new double[] {quadratic.target()});
    }
    if (preAct > 0) {
      constants.put("pre_act", new double[] {preAct});
    }
    return constants;
  }

  @Override
  public Map<String, NDArray> finished(
      Map<String, NDArray> parameters, double threshold, NDManager manager) {
    return Map.of(
        "threshold",
        formulation == Formulation.PAPER
            ? SaeKernels.exp(manager, parameters.get("log_threshold"))
            : SaeKernels.notNegative(manager, parameters.get("threshold")));
  }
}
