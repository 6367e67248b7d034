package dev.microtome.sae.training;

import java.io.Serializable;

/**
 * How the mean change of several workers' rounds becomes a step: Nesterov's momentum on Δ = θ −
 * mean(θ_worker), m ← μm + Δ, θ ← θ − η(μm + Δ).
 *
 * @param learningRate η
 * @param momentum μ
 * @see <a href="https://arxiv.org/abs/2311.08105">Douillard et al. 2023, DiLoCo</a>
 */
public record OuterOptimizer(double learningRate, double momentum) implements Serializable {
  /** The workers' mean as it is. */
  public static final OuterOptimizer MEAN = new OuterOptimizer(1, 0);

  public OuterOptimizer {
    if (!(learningRate > 0 && Double.isFinite(learningRate))) {
      throw new IllegalArgumentException(
          "outer learning rate is %s, expected a number above 0".formatted(learningRate));
    }
    if (!(momentum >= 0 && momentum < 1)) {
      throw new IllegalArgumentException(
          "outer momentum is %s, expected a number from 0 and below 1".formatted(momentum));
    }
  }
}
