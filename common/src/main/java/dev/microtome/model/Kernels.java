package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.torch.TorchScript;
import java.util.List;
import java.util.Optional;

/**
 * The arithmetic of {@code kernels.py}, each kernel one call into libtorch: operators DJL has no
 * method for (tanh GELU, fused attention, RMS norm), and forms that write in place, because fresh
 * memory costs a page fault per 4 KB, which on the activations of an MLP takes longer than the
 * non-linearity. A result belongs to the manager given; methods that end in {@code InPlace} change
 * their first argument. Safe for concurrent use.
 */
final class Kernels {
  private static final TorchScript SCRIPT =
      TorchScript.load(Kernels.class, "kernels.py", "Kernels");

  private Kernels() {}

  static NDArray embedding(NDManager manager, NDArray table, NDArray ids) {
    return array(manager, "embedding", table, ids);
  }

  /** x·Wᵀ + b; W is [out, in]. */
  static NDArray linear(NDManager manager, NDArray x, NDArray weight, Optional<NDArray> bias) {
    return bias.isPresent()
        ? array(manager, "linear_bias", x, weight, bias.get())
        : array(manager, "linear", x, weight);
  }

  static void addInPlace(NDArray x, NDArray y) {
    change("add_", x, y);
  }

  static void mulInPlace(NDArray x, NDArray y) {
    change("mul_", x, y);
  }

  static void scaleInPlace(NDArray x, double factor) {
    change("scale_", x, factor);
  }

  /** x − (x − bias)·rightᵀ·leftᵀ of rows x [n, d], computed in float64. */
  static NDArray without(NDManager manager, NDArray x, NDArray left, NDArray right, NDArray bias) {
    return array(manager, "without", x, left, right, bias);
  }

  /** c·tanh(x/c). */
  static NDArray softCap(NDManager manager, NDArray x, double cap) {
    return array(manager, "soft_cap", x, cap);
  }

  static NDArray activation(NDManager manager, Activation kind, NDArray x) {
    return array(manager, name(kind), x);
  }

  static void activationInPlace(Activation kind, NDArray x) {
    change(name(kind) + "_", x);
  }

  /**
   * Rows [q; k; v] of W and b on inputs that differ: those of q and k on {@code queriesAndKeys},
   * those of v on {@code values}.
   */
  static NDArray linearQkv(
      NDManager manager, NDArray queriesAndKeys, NDArray values, Linear qkv, int valueRows) {
    return qkv.bias().isPresent()
        ? array(
            manager,
            "linear_qkv_bias",
            queriesAndKeys,
            values,
            qkv.weight(),
            qkv.bias().get(),
            valueRows)
        : array(manager, "linear_qkv", queriesAndKeys, values, qkv.weight(), valueRows);
  }

  /**
   * σ(α)·k_j + (1 − σ(α))·k_{j−1} for each head.
   *
   * @param k [B, T, H, D]
   * @param before the key before the first, [B, 1, H, D]; empty where the first keeps its own
   */
  static NDArray smear(NDManager manager, NDArray k, Optional<NDArray> before, NDArray alpha) {
    return before.isPresent()
        ? array(manager, "smear_after", k, before.get(), alpha)
        : array(manager, "smear", k, alpha);
  }

  static NDArray layerNorm(
      NDManager manager, NDArray x, NDArray weight, NDArray bias, double epsilon) {
    return array(manager, "layer_norm", x, weight, bias, epsilon);
  }

  /** x − mean over the last axis. */
  static NDArray layerCenter(NDManager manager, NDArray x) {
    return array(manager, "layer_center", x);
  }

  /** √(mean of squares over the last axis + ε), the last axis kept. */
  static NDArray rootMeanSquare(NDManager manager, NDArray x, double epsilon) {
    return array(manager, "root_mean_square", x, epsilon);
  }

  /** Unbiased standard deviation over the last axis, which is kept. */
  static NDArray deviation(NDManager manager, NDArray x) {
    return array(manager, "deviation", x);
  }

  static NDArray rmsNorm(NDManager manager, NDArray x, NDArray weight, double epsilon) {
    return array(manager, "rms_norm", x, weight, epsilon);
  }

  /** Queries, keys and values of [B, T, (heads + 2·keyValueHeads)·D] as views [B, T, heads, D]. */
  static List<NDArray> splitHeads(NDManager manager, NDArray qkv, int heads, int keyValueHeads) {
    return arrays(manager, "split_heads", qkv, heads, keyValueHeads);
  }

  static void rotateInPlace(Positions.Pairing pairing, NDArray x, NDArray cos, NDArray sin) {
    change(
        pairing == Positions.Pairing.HALVES ? "rotate_halves_" : "rotate_adjacent_", x, cos, sin);
  }

  /**
   * Fused attention: every key is seen, or with {@code causal} those up to the query's own index.
   */
  static NDArray attend(
      NDManager manager, NDArray q, NDArray k, NDArray v, double scale, boolean causal) {
    return array(manager, "attend", q, k, v, scale, causal);
  }

  static NDArray attendMasked(
      NDManager manager, NDArray q, NDArray k, NDArray v, NDArray allowed, double scale) {
    return array(manager, "attend_masked", q, k, v, allowed, scale);
  }

  static NDArray attentionScores(
      NDManager manager, NDArray q, NDArray k, NDArray allowed, double scale, double cap) {
    return array(manager, "attention_scores", q, k, allowed, scale, cap);
  }

  static NDArray softmax(NDManager manager, NDArray scores) {
    return array(manager, "softmax", scores);
  }

  static NDArray mixValues(NDManager manager, NDArray pattern, NDArray v) {
    return array(manager, "mix_values", pattern, v);
  }

  static NDArray headResults(NDManager manager, NDArray z, NDArray weight) {
    return array(manager, "head_results", z, weight);
  }

  static NDArray causalMask(NDManager manager, NDArray queries, NDArray keys, int window) {
    return array(manager, "causal_mask", queries, keys, window);
  }

  /** −log softmax of rows [N, V] at the targets [N]. */
  static NDArray logitLoss(NDManager manager, NDArray logits, NDArray targets) {
    return array(manager, "logit_loss", logits, targets);
  }

  /**
   * −log softmax at the targets [N] of logits that are never whole: rows x [N, M] times W_U [V, M]
   * plus a bias [V], in the cap's range unless it is 0, {@code words} of the vocabulary at a time.
   */
  static NDArray unembeddingLoss(
      NDManager manager,
      NDArray x,
      NDArray weight,
      NDArray bias,
      NDArray targets,
      double cap,
      int words) {
    return array(manager, "unembedding_loss", x, weight, bias, targets, cap, words);
  }

  /** KL(softmax of p ‖ softmax of q) of rows [N, V]. */
  static NDArray divergence(NDManager manager, NDArray p, NDArray q) {
    return array(manager, "divergence", p, q);
  }

  static NDArray select(
      NDManager manager, NDArray x, NDArray rows, NDArray heads, NDArray features) {
    return array(manager, "select", x, rows, heads, features);
  }

  static void selectPutInPlace(
      NDArray x, NDArray rows, NDArray heads, NDArray features, NDArray values) {
    change("select_put_", x, rows, heads, features, values);
  }

  private static String name(Activation kind) {
    return switch (kind) {
      case GELU -> "gelu";
      case GELU_TANH -> "gelu_tanh";
      case RELU -> "relu";
      case SILU -> "silu";
      case SOLU, SOLU_LN -> "solu";
    };
  }

  private static NDArray array(NDManager manager, String kernel, Object... arguments) {
    return SCRIPT.array(manager, kernel, arguments);
  }

  private static List<NDArray> arrays(NDManager manager, String kernel, Object... arguments) {
    return SCRIPT.arrays(manager, kernel, arguments);
  }

  private static void change(String kernel, Object... arguments) {
    SCRIPT.change(kernel, arguments);
  }
}
