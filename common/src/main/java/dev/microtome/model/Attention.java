package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Optional;

/**
 * Multi-head attention with any of: grouped queries, rotary or shortformer positions, smeared keys,
 * a sliding window, a soft cap, no mask (BERT). The pattern exists only if something at scores,
 * pattern or result is asked for, or the scores are capped; else attention is fused and the pattern
 * is never in memory.
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
  private final int valueRows;
  private final Optional<NDArray> smearing;

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
    valueRows = config.nKeyValueHeads() * config.dHead();
    smearing =
        config.smearedKeys()
            ? Optional.of(parameters.get(name + "alpha", config.nKeyValueHeads()))
            : Optional.empty();
  }

  /** What the heads write, [batch, position, dModel], with b_O: a fresh array. */
  NDArray apply(NDManager manager, PassContext context, Taps taps, NDArray x) {
    NDArray projected = project(manager, context, x);
    List<NDArray> parts = Kernels.splitHeads(manager, projected, heads, keyValueHeads);
    NDArray q = tapped(manager, taps, parts.get(0), HookSite.Q);
    q = rotated(manager, context, taps, q, HookSite.ROT_Q, HookSite.Q);
    NDArray k = tapped(manager, taps, parts.get(1), HookSite.K);
    if (smearing.isPresent()) {
      k = taps.pass(manager, HookSite.SMEARED_K, smeared(manager, context, k, smearing.get()));
    }
    k = rotated(manager, context, taps, k, HookSite.ROT_K, HookSite.K, HookSite.SMEARED_K);
    NDArray v = tapped(manager, taps, parts.get(2), HookSite.V);
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

  /** Queries, keys and values of all heads side by side: a fresh array. */
  private NDArray project(NDManager manager, PassContext context, NDArray x) {
    if (context.attentionPositions().isEmpty()) {
      return qkv.apply(manager, x);
    }
    try (NDArray positioned = x.add(context.attentionPositions().get())) {
      return Kernels.linearQkv(manager, positioned, x, qkv, valueRows);
    }
  }

  private NDArray smeared(NDManager manager, PassContext context, NDArray k, NDArray alpha) {
    Optional<NDArray> before = context.past().flatMap(past -> past.newestKey(layer));
    NDArray smeared = Kernels.smear(manager, k, before, alpha);
    context.past().ifPresent(past -> past.keepNewestKey(layer, k));
    return smeared;
  }

  private static NDArray tapped(NDManager manager, Taps taps, NDArray view, HookSite site) {
    return taps.at(site) ? taps.pass(manager, site, owned(manager, view)) : view;
  }

  /** Rotated in place, unless what stood there before may have been kept. */
  private static NDArray rotated(
      NDManager manager,
      PassContext context,
      Taps taps,
      NDArray x,
      HookSite site,
      HookSite... before) {
    if (context.rotary().isEmpty()) {
      return x;
    }
    NDArray turned = taps.at(site) || taps.at(before) ? owned(manager, x) : x;
    context.rotary().get().rotateInPlace(turned);
    return taps.pass(manager, site, turned);
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
