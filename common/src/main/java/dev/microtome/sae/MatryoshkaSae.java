package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;

/**
 * A {@link BatchTopKSae} whose first features must do alone: for every width w of a growing list
 * the error ⟨‖f[:w]·W_dec[:w] + b_dec − x‖²⟩ is in the loss, the last width being all features.
 *
 * @param widths growing, the last one dSae
 * @param scope what dead features rebuild
 * @see <a href="https://arxiv.org/abs/2503.17547">Bussmann et al. 2025</a>
 */
public record MatryoshkaSae(
    List<Integer> widths,
    double k,
    Auxiliary auxiliary,
    Scope scope,
    DecoderNorms decoderNorms,
    double thresholdRate)
    implements SaeArchitecture {

  /** What dead features rebuild. */
  public enum Scope {
    /** The error of all features, as in the paper. */
    WHOLE,

    /**
     * Those between two widths the error of the larger one, each width with a loss of its own:
     * SAELens's {@code use_matryoshka_aux_loss}.
     */
    LEVELS
  }

  public MatryoshkaSae {
    widths = List.copyOf(widths);
    Checks.positive("k", k);
    Checks.positive("thresholdRate", thresholdRate);
    int before = 0;
    for (int width : widths) {
      if (width <= before) {
        throw new IllegalArgumentException(
            "widths are %s, expected growing numbers above 0".formatted(widths));
      }
      before = width;
    }
    if (widths.isEmpty()) {
      throw new IllegalArgumentException("widths: at least one is needed");
    }
  }

  /** The paper's. */
  public MatryoshkaSae(List<Integer> widths, double k) {
    this(widths, k, Auxiliary.PAPER, Scope.WHOLE, DecoderNorms.UNIT, 0.01);
  }

  @Override
  public String name() {
    return "matryoshka";
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
    if (widths.get(widths.size() - 1) != dSae) {
      throw new IllegalArgumentException(
          "widths are %s, expected the last to be all %d features".formatted(widths, dSae));
    }
  }

  @Override
  public String script() {
    return "top_k";
  }

  @Override
  public Map<String, double[]> constants(int dIn) {
    Map<String, double[]> constants = TopKSae.constants(k, auxiliary, decoderNorms, dIn);
    constants.put("batch", new double[] {1});
    constants.put("widths", widths.stream().mapToDouble(width -> width).toArray());
    if (scope == Scope.LEVELS) {
      constants.put("levels", new double[] {1});
    }
    return constants;
  }

  @Override
  public Map<String, NDArray> finished(
      Map<String, NDArray> parameters, double threshold, NDManager manager) {
    return BatchTopKSae.thresholds(parameters, threshold, manager);
  }

  /** As {@link BatchTopKSae#nextThreshold}. */
  public double nextThreshold(double threshold, NDArray features) {
    return BatchTopKSae.nextThreshold(threshold, thresholdRate, features);
  }
}
