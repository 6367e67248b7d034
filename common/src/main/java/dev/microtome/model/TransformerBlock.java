package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.ModelConfig.NormKind;
import java.util.Optional;

/** One block: attention, MLP and normalisations wired as the family does. */
final class TransformerBlock {
  private final int layer;
  private final BlockLayout layout;
  private final Optional<Normalization> ln1;
  private final Optional<Normalization> ln2;
  private final Optional<Normalization> ln1Post;
  private final Optional<Normalization> ln2Post;
  private final Attention attention;
  private final Optional<Mlp> mlp;

  TransformerBlock(ModelConfig config, Parameters parameters, int layer) {
    this.layer = layer;
    layout = config.blockLayout();
    String name = "blocks." + layer + ".";
    boolean norms = config.norm() != NormKind.NONE;
    ln1 =
        norms
            ? Optional.of(
                Normalization.of(
                    config, parameters, name + "ln1", HookSite.LN1_SCALE, HookSite.LN1_NORMALIZED))
            : Optional.empty();
    String second = layout == BlockLayout.PARALLEL_SHARED_NORM ? "ln1" : "ln2";
    ln2 =
        norms && config.hasMlp()
            ? Optional.of(
                Normalization.of(
                    config, parameters, name + second, HookSite.LN2_SCALE, HookSite.LN2_NORMALIZED))
            : Optional.empty();
    boolean sandwich = layout == BlockLayout.SANDWICH;
    ln1Post =
        sandwich
            ? Optional.of(
                Normalization.of(
                    config,
                    parameters,
                    name + "ln1_post",
                    HookSite.LN1_POST_SCALE,
                    HookSite.LN1_POST_NORMALIZED))
            : Optional.empty();
    ln2Post =
        sandwich
            ? Optional.of(
                Normalization.of(
                    config,
                    parameters,
                    name + "ln2_post",
                    HookSite.LN2_POST_SCALE,
                    HookSite.LN2_POST_NORMALIZED))
            : Optional.empty();
    attention = new Attention(config, parameters, layer);
    mlp = config.hasMlp() ? Optional.of(new Mlp(config, parameters, layer)) : Optional.empty();
  }

  /**
   * The stream after the block. The stream before it is left as it is.
   *
   * @param manager of the result; what comes up on the way is freed
   */
  NDArray apply(NDManager manager, PassContext context, Taps allTaps, NDArray stream) {
    Taps taps = allTaps.inBlock(layer);
    try (NDManager scratch = manager.newSubManager()) {
      NDArray before = taps.pass(scratch, HookSite.RESID_PRE, stream);
      NDArray after =
          switch (layout) {
            case SEQUENTIAL, SANDWICH -> sequential(scratch, context, taps, before);
            case PARALLEL, PARALLEL_SHARED_NORM -> parallel(scratch, context, taps, before);
            case POST_NORM -> postNorm(scratch, context, taps, before);
          };
      after.attach(manager);
      return after;
    }
  }

  private NDArray sequential(NDManager scratch, PassContext context, Taps taps, NDArray before) {
    NDArray normalized = normed(scratch, taps, ln1, before);
    NDArray attended = attention.apply(scratch, context, taps, normalized);
    closeUnless(before, normalized);
    NDArray mid =
        added(scratch, taps, HookSite.ATTN_OUT, normed(scratch, taps, ln1Post, attended), before);
    if (mlp.isEmpty()) {
      return taps.pass(scratch, HookSite.RESID_POST, mid);
    }
    mid = taps.pass(scratch, HookSite.RESID_MID, mid);
    NDArray after = added(scratch, taps, HookSite.MLP_OUT, mlpOut(scratch, taps, mid), mid);
    return taps.pass(scratch, HookSite.RESID_POST, after);
  }

  private NDArray parallel(NDManager scratch, PassContext context, Taps taps, NDArray before) {
    NDArray normalized = normed(scratch, taps, ln1, before);
    // GPT-J normalises once. TransformerLens gives it an ln2 with the same weights; it comes to
    // life if asked for.
    boolean shared =
        layout == BlockLayout.PARALLEL_SHARED_NORM && !tapped(taps, ln1) && !tapped(taps, ln2);
    NDArray attended = attention.apply(scratch, context, taps, normalized);
    NDArray sum = added(scratch, taps, HookSite.ATTN_OUT, attended, before);
    NDArray mlpOut =
        shared ? mlp.orElseThrow().apply(scratch, taps, normalized) : mlpOut(scratch, taps, before);
    closeUnless(before, normalized);
    NDArray after = added(scratch, taps, HookSite.MLP_OUT, mlpOut, sum);
    return taps.pass(scratch, HookSite.RESID_POST, after);
  }

  private NDArray postNorm(NDManager scratch, PassContext context, Taps taps, NDArray before) {
    NDArray attended = attention.apply(scratch, context, taps, before);
    NDArray mid = added(scratch, taps, HookSite.ATTN_OUT, attended, before);
    mid = taps.pass(scratch, HookSite.RESID_MID, mid);
    NDArray normalized = normed(scratch, taps, ln1, mid);
    NDArray mlpOut = mlp.orElseThrow().apply(scratch, taps, normalized);
    NDArray after = added(scratch, taps, HookSite.MLP_OUT, mlpOut, normalized);
    after = taps.pass(scratch, HookSite.RESID_POST, after);
    return taps.pass(scratch, HookSite.NORMALIZED_RESID_POST, normed(scratch, taps, ln2, after));
  }

  private NDArray mlpOut(NDManager scratch, Taps taps, NDArray stream) {
    NDArray normalized = normed(scratch, taps, ln2, stream);
    NDArray out = mlp.orElseThrow().apply(scratch, taps, normalized);
    closeUnless(stream, normalized);
    return normed(scratch, taps, ln2Post, out);
  }

  private static boolean tapped(Taps taps, Optional<Normalization> norm) {
    return norm.filter(present -> present.tapped(taps)).isPresent();
  }

  /** Frees a norm's output, which is the stream itself where there is no norm. */
  private static void closeUnless(NDArray stream, NDArray normalized) {
    if (normalized != stream) {
      normalized.close();
    }
  }

  private static NDArray normed(
      NDManager scratch, Taps taps, Optional<Normalization> norm, NDArray x) {
    return norm.map(present -> present.apply(scratch, taps, x)).orElse(x);
  }

  /** Stream plus a component's fresh output, written over the output unless that was asked for. */
  private static NDArray added(
      NDManager scratch, Taps taps, HookSite site, NDArray output, NDArray stream) {
    if (!taps.at(site)) {
      Kernels.addInPlace(output, stream);
      return output;
    }
    NDArray sum = taps.pass(scratch, site, output).add(stream);
    sum.attach(scratch);
    return sum;
  }
}
