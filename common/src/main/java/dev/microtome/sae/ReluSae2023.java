package dev.microtome.sae;

import java.util.Map;

/**
 * The autoencoder of <em>Towards Monosemanticity</em>: f = ReLU((x − b_dec)·W_enc + b_enc), x̂ =
 * f·W_dec + b_dec, loss ⟨‖x − x̂‖²⟩ + λ⟨‖f‖₁⟩, with decoder rows of norm 1 and dead features
 * resampled ({@link Resampling}).
 *
 * @param l1 λ
 * @see <a href="https://transformer-circuits.pub/2023/monosemantic-features">Bricken et al.
 *     2023</a>
 */
public record ReluSae2023(double l1) implements SaeArchitecture {
  public ReluSae2023 {
    Checks.notNegative("l1", l1);
  }

  @Override
  public String name() {
    return "relu-2023";
  }

  @Override
  public PreBias preBias() {
    return PreBias.TIED;
  }

  @Override
  public DecoderNorms decoderNorms() {
    return DecoderNorms.UNIT;
  }

  @Override
  public double sparsity() {
    return l1;
  }

  @Override
  public Encoding encoding() {
    return new Encoding.Relu();
  }

  @Override
  public String script() {
    return "relu";
  }

  @Override
  public Map<String, double[]> constants(int dIn) {
    return Map.of("power", new double[] {1});
  }
}
