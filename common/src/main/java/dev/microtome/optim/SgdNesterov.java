package dev.microtome.optim;

/**
 * Gradient descent with Nesterov's momentum as torch has it: g ← g + λp, b ← g at the first step
 * and μb + g later, p ← p − η(g + μb).
 *
 * @param momentum μ, above 0
 * @param weightDecay λ
 * @see <a href="https://proceedings.mlr.press/v28/sutskever13.html">Sutskever et al. 2013</a>
 */
public record SgdNesterov(double momentum, double weightDecay) implements Optimizer {
  public SgdNesterov {
    Optimizer.requireFraction("momentum", momentum);
    if (momentum == 0) {
      throw new IllegalArgumentException("momentum is 0, expected a number above 0");
    }
    Optimizer.requireNotNegative("weightDecay", weightDecay);
  }

  @Override
  public SgdNesterov withoutWeightDecay() {
    return new SgdNesterov(momentum, 0);
  }
}
