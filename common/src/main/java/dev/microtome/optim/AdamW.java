package dev.microtome.optim;

/**
 * Adam with the decay apart from the gradient: p ← (1 − ηλ)p, then {@link Adam}'s step with λ = 0.
 *
 * @param epsilon added to √v̂
 * @param weightDecay λ
 * @see <a href="https://arxiv.org/abs/1711.05101">Loshchilov and Hutter 2019</a>
 */
public record AdamW(double beta1, double beta2, double epsilon, double weightDecay)
    implements Optimizer {

  /** Torch's defaults: β = (0.9, 0.999), ε = 1e-8, λ = 0.01. */
  public static final AdamW DEFAULT = new AdamW(0.9, 0.999, 1e-8, 0.01);

  public AdamW {
    Optimizer.requireFraction("beta1", beta1);
    Optimizer.requireFraction("beta2", beta2);
    Optimizer.requireNotNegative("epsilon", epsilon);
    Optimizer.requireNotNegative("weightDecay", weightDecay);
  }

  @Override
  public AdamW withoutWeightDecay() {
    return new AdamW(beta1, beta2, epsilon, 0);
  }
}
