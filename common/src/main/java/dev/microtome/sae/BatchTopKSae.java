package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.Map;

/**
 * The k·n largest of ReLU((x − b_dec)·W_enc + b_enc) over all n tokens of a batch are its features,
 * so that a token has as many as it needs and k on average; loss as {@link TopKSae}. A finished one
 * has no batch: it is a JumpReLU whose one threshold is the running mean of batches' smallest
 * features ({@link #nextThreshold}).
 *
 * @param k mean features of a token, which need not be whole
 * @param thresholdRate weight of a new batch in that mean, 0.01
 * @see <a href="https://arxiv.org/abs/2412.06410">Bussmann et al. 2024</a>
 */
public record BatchTopKSae(
    double k, Auxiliary auxiliary, DecoderNorms decoderNorms, double thresholdRate)
    implements SaeArchitecture {
  public BatchTopKSae {
    Checks.positive("k", k);
    Checks.positive("thresholdRate", thresholdRate);
  }

  /** The paper's. */
  public BatchTopKSae(double k) {
    this(k, Auxiliary.PAPER, DecoderNorms.UNIT, 0.01);
  }

  @Override
  public String name() {
    return "batchtopk";
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
    return new Encoding.JumpRelu();
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
    Map<String, double[]> constants = TopKSae.constants(k, auxiliary, decoderNorms, dIn);
    constants.put("batch", new double[] {1});
    return constants;
  }

  @Override
  public Map<String, NDArray> finished(
      Map<String, NDArray> parameters, double threshold, NDManager manager) {
    return thresholds(parameters, threshold, manager);
  }

  /**
   * The threshold after a batch: (1 − rate)·threshold + rate·(smallest feature above 0), the same
   * if the batch has none. In float64, as in SAELens.
   *
   * @param features of the batch, [n, dSae]
   */
  public double nextThreshold(double threshold, NDArray features) {
    return nextThreshold(threshold, thresholdRate, features);
  }

  /** The same at another rate. */
  public static double nextThreshold(double threshold, double rate, NDArray features) {
    return nextThreshold(
        threshold, rate, SaeKernels.smallestPositive(features.getManager(), features));
  }

  /**
   * The same where the batch's smallest feature above 0 is known.
   *
   * @param smallest infinite if there is none
   */
  public static double nextThreshold(double threshold, double rate, double smallest) {
    return Double.isInfinite(smallest) ? threshold : (1 - rate) * threshold + rate * smallest;
  }

  static Map<String, NDArray> thresholds(
      Map<String, NDArray> parameters, double threshold, NDManager manager) {
    return Map.of("threshold", manager.full(parameters.get("b_enc").getShape(), (float) threshold));
  }
}
