package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;

/**
 * Multi-head attention with any of: grouped queries, rotary positions, a sliding window, a soft
 * cap, no mask (BERT). The pattern exists only if something at scores, pattern or result is asked
 * for, or the scores are capped; else attention is fused and the pattern is never in memory.
 */
final class Attention {
  private final int layer;
  private final int heads;
  private final int keyValueHeads;
  private final double scale;
  private final double softCap;
  private final int window;
  private final Linear qkv;
  private final Linear out;

  Attention(ModelConfig config, Parameters parameters, int layer) {
    this.layer = layer;
    heads = config.nHeads();
    keyValueHeads = config.nKeyValueHeads();
    long dModel = config.dModel();
    scale = config.attentionScales().get(layer);
    softCap = config.attentionSoftCap();
    window = config.attentionWindows().get(layer);
    String name = "blocks." + layer + ".attn.";
    long headRows = (long) config.nHeads() * config.dHead();
    long allRows = headRows + 2L * config.nKeyValueHeads() * config.dHead();
    qkv = Linear.of(parameters, name + "W_QKV", name + "b_QKV", allRows, dModel);
    out = Linear.of(parameters, name + "W_O", name + "b_O", dModel, headRows);
  }

  /** What the heads write, [batch, position, dModel], with b_O: a fresh array. */
  NDArray apply(NDManager manager, PassContext context, Taps taps, NDArray x) {
    NDArray projected = qkv.apply(manager, x);
    List<NDArray> parts = Kernels.splitHeads(manager, projected, heads, keyValueHeads);
    NDArray q = rotated(manager, context, taps, parts.get(0), HookSite.Q, HookSite.ROT_Q);
    NDArray k = rotated(manager, context, taps, parts.get(1), HookSite.K, HookSite.ROT_K);
    NDArray v = parts.get(2);
    if (taps.at(HookSite.V)) {
      v = taps.pass(manager, HookSite.V, owned(manager, v));
    }
    if (context.past().isPresent()) {
      List<NDArray> all = context.past().get().append(layer, k, v);
      k = all.get(0);
      v = all.get(1);
    }
    NDArray z = taps.pass(manager, HookSite.Z, mix(manager, context, taps, q, k, v));
    projected.close();
    if (taps.at(HookSite.RESULT)) {
      return summedResults(manager, taps, z);
    }
    NDArray flat = z.reshape(z.getShape().get(0), z.getShape().get(1), -1);
    flat.attach(manager);
    return out.apply(manager, flat);
  }

  private static NDArray rotated(
      NDManager manager,
      PassContext context,
      Taps taps,
      NDArray view,
      HookSite before,
      HookSite after) {
    NDArray x = taps.at(before) ? taps.pass(manager, before, owned(manager, view)) : view;
    if (context.rotary().isEmpty()) {
      return x;
    }
    NDArray turned = taps.at(before, after) ? owned(manager, x) : x;
    context.rotary().get().rotateInPlace(turned);
    return taps.pass(manager, after, turned);
  }

  private NDArray mix(
      NDManager manager, PassContext context, Taps taps, NDArray q, NDArray k, NDArray v) {
    if (softCap == 0 && !taps.at(HookSite.ATTN_SCORES, HookSite.PATTERN)) {
      if (context.unmasked(window)) {
        return Kernels.attend(manager, q, k, v, scale, false);
      }
      return context.plainlyCausal(window)
          ? Kernels.attend(manager, q, k, v, scale, true)
          : Kernels.attendMasked(manager, q, k, v, context.allowed(window), scale);
    }
    NDArray scores =
        Kernels.attentionScores(manager, q, k, context.allowed(window), scale, softCap);
    scores = taps.pass(manager, HookSite.ATTN_SCORES, scores);
    NDArray pattern = Kernels.softmax(manager, scores);
    scores.close();
    pattern = taps.pass(manager, HookSite.PATTERN, pattern);
    NDArray z = Kernels.mixValues(manager, pattern, v);
    pattern.close();
    return z;
  }

  private NDArray summedResults(NDManager manager, Taps taps, NDArray z) {
    NDArray results =
        taps.pass(manager, HookSite.RESULT, Kernels.headResults(manager, z, out.weight()));
    NDArray sum = results.sum(new int[] {2});
    sum.attach(manager);
    out.bias().ifPresent(bias -> Kernels.addInPlace(sum, bias));
    return sum;
  }

  /** A copy that shares no memory with the other heads. */
  private static NDArray owned(NDManager manager, NDArray view) {
    NDArray copy = view.duplicate();
    copy.attach(manager);
    return copy;
  }
}
