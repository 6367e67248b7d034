package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.FrameworkWeights.Folding;
import dev.microtome.model.HookPoint;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.load.ModelWeights;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What features do to the logits directly, past all later layers: their direction through the rest
 * of its own layer, the final norm's weight and W_U, minus the mean over the vocabulary, which the
 * softmax does not see. The final norm's division by a number of each token is left out, so that
 * values compare within a feature. Float64.
 */
final class FeatureLogits {
  private static final int TOKENS_AT_A_TIME = 8192;

  private final ModelWeights weights;
  private final FrameworkWeights framework;

  FeatureLogits(ModelWeights weights) {
    this.weights = weights;
    framework =
        FrameworkWeights.of(
            weights, FrameworkWeights.canFold(weights.config()) ? Folding.NORMS : Folding.NONE);
  }

  /** The largest and the smallest effects of a feature. */
  record Effects(List<Effect> largest, List<Effect> smallest) {}

  /** What a unit of the feature adds to a token's logit, beside the mean token's. */
  record Effect(int token, double value) {}

  /** Whether what is added at a hook reaches the logits by matrices alone. */
  static boolean reaches(HookPoint hook, ModelConfig config) {
    return config.head() != ModelConfig.Head.NONE
        && switch (hook.site()) {
          case EMBED, POS_EMBED, RESID_PRE, RESID_MID, RESID_POST, ATTN_OUT, MLP_OUT -> true;
          case MLP_POST, Z -> FrameworkWeights.canFold(config);
          default -> false;
        };
  }

  /**
   * The effects of some features, in their order; empty where the hook does not reach the logits.
   *
   * @param most tokens at each end
   */
  Optional<List<Effects>> of(
      FeatureDictionary dictionary, int from, int to, int most, NDManager parent) {
    if (!reaches(dictionary.hooks().output(), weights.config())) {
      return Optional.empty();
    }
    Matrix streams = streams(dictionary, from, to, parent);
    double[] means = streams.timesTranspose(framework.meanUnembedding()).toArray();
    List<Extremes> extremes = IntStream.range(from, to).mapToObj(i -> new Extremes(most)).toList();
    int vocabulary = weights.config().dVocab();
    for (int first = 0; first < vocabulary; first += TOKENS_AT_A_TIME) {
      int end = Math.min(vocabulary, first + TOKENS_AT_A_TIME);
      double[] logits = streams.timesTranspose(framework.unembedding(first, end)).toArray();
      for (int row = 0; row < extremes.size(); row++) {
        for (int token = first; token < end; token++) {
          double value = logits[row * (end - first) + token - first] - means[row];
          extremes.get(row).take(token, value);
        }
      }
    }
    return Optional.of(extremes.stream().map(Extremes::effects).toList());
  }

  /** What a unit of each feature adds to the residual stream, [features, dModel]. */
  private Matrix streams(FeatureDictionary dictionary, int from, int to, NDManager parent) {
    Matrix directions;
    try (NDArray rows = dictionary.directions(parent, IntStream.range(from, to).toArray())) {
      directions = matrix(rows);
    }
    HookPoint hook = dictionary.hooks().output();
    String block = "blocks." + hook.layer();
    return switch (hook.site()) {
      case MLP_POST -> directions.timesTranspose(matrix(weights.get(block + ".mlp.W_out")));
      case Z -> directions.timesTranspose(matrix(weights.get(block + ".attn.W_O")));
      default -> directions;
    };
  }

  private static Matrix matrix(NDArray array) {
    float[] floats = array.toFloatArray();
    double[] doubles = new double[floats.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = floats[i];
    }
    long[] shape = array.getShape().getShape();
    return Matrix.of((int) shape[0], (int) shape[1], doubles);
  }

  /** The largest and the smallest of values that come in the order of tokens. */
  private static final class Extremes {
    private final int most;
    private final List<Effect> largest = new ArrayList<>();
    private final List<Effect> smallest = new ArrayList<>();

    Extremes(int most) {
      this.most = most;
    }

    void take(int token, double value) {
      insert(largest, token, value, 1);
      insert(smallest, token, value, -1);
    }

    private void insert(List<Effect> kept, int token, double value, int sign) {
      if (kept.size() == most && sign * value <= sign * kept.get(most - 1).value) {
        return;
      }
      int at = kept.size();
      while (at > 0 && sign * value > sign * kept.get(at - 1).value) {
        at--;
      }
      kept.add(at, new Effect(token, value));
      if (kept.size() > most) {
        kept.remove(most);
      }
    }

    Effects effects() {
      return new Effects(List.copyOf(largest), List.copyOf(smallest));
    }
  }
}
