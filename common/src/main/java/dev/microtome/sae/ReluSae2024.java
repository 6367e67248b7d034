package dev.microtome.sae;

import java.util.Map;

/**
 * The autoencoder of Anthropic's update of April 2024: f = ReLU(x·W_enc + b_enc), x̂ = f·W_dec +
 * b_dec, loss ⟨‖x − x̂‖²⟩ + λ⟨Σ f_j n_j⟩. The decoder is free, since the weights n_j leave nothing
 * to be won by large rows. λ is warmed up over the first 5% of the steps, the learning rate falls
 * to 0 over the last 20%, inputs are scaled to {@link Normalization#EXPECTED_AVERAGE_NORM}.
 *
 * <p>SAELens's {@code standard} is the same with {@link PreBias#TIED} and any power p of the norm
 * ‖f ⊙ n‖_p.
 *
 * @param l1 λ; the update has 5
 * @param power p, 1 in the update
 * @see <a
 *     href="https://transformer-circuits.pub/2024/april-update/index.html#training-saes">Conerly et
 *     al. 2024</a>
 */
public record ReluSae2024(double l1, double power) implements SaeArchitecture {
  public ReluSae2024 {
    Checks.notNegative("l1", l1);
    Checks.positive("power", power);
  }

  /** With p = 1. */
  public ReluSae2024(double l1) {
    this(l1, 1);
  }

  @Override
  public String name() {
    return "relu";
  }

  @Override
  public PreBias preBias() {
    return PreBias.NONE;
  }

  @Override
  public DecoderNorms decoderNorms() {
    return DecoderNorms.FREE;
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
    return Map.of("power", new double[] {power}, "decoder_norms", new double[] {1});
  }
}
