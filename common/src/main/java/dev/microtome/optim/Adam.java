package dev.microtome.optim;

/**
 * Adam with the decay as part of the gradient: g ← g + λp, m ← β₁m + (1−β₁)g, v ← β₂v + (1−β₂)g², p
 * ← p − η·m̂/(√v̂ + ε) with m̂ = m/(1−β₁ᵗ), v̂ = v/(1−β₂ᵗ). Torch's defaults.
 *
 * @param epsilon added to √v̂
 * @param weightDecay λ, coupled; {@link AdamW} has the other kind
 * @param amsgrad whether v̂ is computed from the largest v so far
 * @see <a href="https://arxiv.org/abs/1412.6980">Kingma and Ba 2015</a>
 */
public record Adam(double beta1, double beta2, double epsilon, double weightDecay, boolean amsgrad)
    implements Optimizer {

  /** β = (0.9, 0.999), ε = 1e-8, λ = 0. */
  public static final Adam DEFAULT = new Adam(0.9, 0.999, 1e-8, 0, false);

  public Adam {
    Optimizer.requireFraction("beta1", beta1);
    Optimizer.requireFraction("beta2", beta2);
    Optimizer.requireNotNegative("epsilon", epsilon);
    Optimizer.requireNotNegative("weightDecay", weightDecay);
  }

  @Override
  public Adam withoutWeightDecay() {
    return new Adam(beta1, beta2, epsilon, 0, amsgrad);
  }
}
