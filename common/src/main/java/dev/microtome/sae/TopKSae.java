package dev.microtome.sae;

import java.util.HashMap;
import java.util.Map;

/**
 * The k largest of h = (x − b_dec)·W_enc + b_enc are the features of a token, those above 0; loss
 * ⟨‖x − x̂‖²⟩ and {@link Auxiliary}. There is no penalty.
 *
 * @param k features of a token
 * @param decoderNorms UNIT in the paper, IN_FEATURES or FREE in SAELens
 * @see <a href="https://arxiv.org/abs/2406.04093">Gao et al. 2024</a>
 */
public record TopKSae(int k, Auxiliary auxiliary, DecoderNorms decoderNorms)
    implements SaeArchitecture {
  public TopKSae {
    Checks.positive("k", k);
  }

  /** The paper's. */
  public TopKSae(int k) {
    this(k, Auxiliary.PAPER, DecoderNorms.UNIT);
  }

  @Override
  public String name() {
    return "topk";
  }

  @Override
  public PreBias preBias() {
    return PreBias.TIED;
  }

  @Override
  public double sparsity() {
    return 0;
  }

  @Override
  public Encoding encoding() {
    return new Encoding.TopK(
        k, decoderNorms == DecoderNorms.IN_FEATURES ? decoderNorms : DecoderNorms.FREE);
  }

  @Override
  public void check(int dIn, int dSae) {
    Checks.k(k, dSae);
  }

  @Override
  public String script() {
    return "top_k";
  }

  @Override
  public Map<String, double[]> constants(int dIn) {
    return constants(k, auxiliary, decoderNorms, dIn);
  }

  static Map<String, double[]> constants(
      double k, Auxiliary auxiliary, DecoderNorms norms, int dIn) {
    Map<String, double[]> constants = new HashMap<>();
    constants.put("k", new double[] {k});
    auxiliary.addTo(constants, dIn);
    if (norms == DecoderNorms.IN_FEATURES) {
      constants.put("rescale", new double[] {1});
    }
    return constants;
  }
}
