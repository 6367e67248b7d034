package dev.microtome.model;

import dev.microtome.model.HookShape.Kind;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The kinds of places inside a transformer that can be read or changed, in the order in which a
 * pass reaches them, under TransformerLens's names. A site inside a block exists once a layer;
 * {@link HookPoint} is the site together with its layer.
 *
 * <p>Three of TransformerLens's conventions surprise: {@code hook_normalized} is before the norm's
 * weight and bias, {@code mlp.hook_pre} of a gated MLP is the gate's branch, and {@code
 * unembed.hook_out} is before a soft cap on the logits.
 */
public enum HookSite {
  /** Token embedding as it enters the stream: scaled (Gemma) and projected (OPT). */
  EMBED("hook_embed", Kind.VECTOR),
  POS_EMBED("hook_pos_embed", Kind.VECTOR),
  ENCODER_EMBED("embed.hook_embed", Kind.VECTOR),
  ENCODER_POS_EMBED("embed.hook_pos_embed", Kind.VECTOR),
  TOKEN_TYPE_EMBED("embed.hook_token_type_embed", Kind.VECTOR),
  EMBED_LN_SCALE("embed.ln.hook_scale", Kind.SCALAR),
  EMBED_LN_NORMALIZED("embed.ln.hook_normalized", Kind.VECTOR),
  /** What the first block of an encoder reads: after the embeddings' layer norm. */
  FULL_EMBED("hook_full_embed", Kind.VECTOR),

  RESID_PRE("blocks.*.hook_resid_pre", Kind.VECTOR),
  LN1_SCALE("blocks.*.ln1.hook_scale", Kind.SCALAR),
  LN1_NORMALIZED("blocks.*.ln1.hook_normalized", Kind.VECTOR),
  Q("blocks.*.attn.hook_q", Kind.HEAD_VECTORS),
  /** Key and value heads only, where queries share them. */
  K("blocks.*.attn.hook_k", Kind.HEAD_VECTORS),
  V("blocks.*.attn.hook_v", Kind.HEAD_VECTORS),
  /**
   * Keys after each was mixed with the one before it, where a model smears keys; {@link #K} is
   * before. An addition to TransformerLens's names.
   */
  SMEARED_K("blocks.*.attn.hook_smeared_k", Kind.HEAD_VECTORS),
  ROT_Q("blocks.*.attn.hook_rot_q", Kind.HEAD_VECTORS),
  ROT_K("blocks.*.attn.hook_rot_k", Kind.HEAD_VECTORS),
  /** Scaled and soft-capped; −∞ where masked. */
  ATTN_SCORES("blocks.*.attn.hook_attn_scores", Kind.ATTENTION),
  PATTERN("blocks.*.attn.hook_pattern", Kind.ATTENTION),
  Z("blocks.*.attn.hook_z", Kind.HEAD_VECTORS),
  /** Each head's share of the attention output, without b_O. */
  RESULT("blocks.*.attn.hook_result", Kind.HEAD_VECTORS),
  LN1_POST_SCALE("blocks.*.ln1_post.hook_scale", Kind.SCALAR),
  LN1_POST_NORMALIZED("blocks.*.ln1_post.hook_normalized", Kind.VECTOR),
  /** What attention adds to the stream: with b_O, after ln1_post. */
  ATTN_OUT("blocks.*.hook_attn_out", Kind.VECTOR),
  RESID_MID("blocks.*.hook_resid_mid", Kind.VECTOR),
  LN2_SCALE("blocks.*.ln2.hook_scale", Kind.SCALAR),
  LN2_NORMALIZED("blocks.*.ln2.hook_normalized", Kind.VECTOR),
  MLP_PRE("blocks.*.mlp.hook_pre", Kind.VECTOR),
  MLP_PRE_LINEAR("blocks.*.mlp.hook_pre_linear", Kind.VECTOR),
  /** The non-linearity's output where a layer norm follows inside the MLP (SoLU with its norm). */
  MLP_MID("blocks.*.mlp.hook_mid", Kind.VECTOR),
  MLP_LN_SCALE("blocks.*.mlp.ln.hook_scale", Kind.SCALAR),
  MLP_LN_NORMALIZED("blocks.*.mlp.ln.hook_normalized", Kind.VECTOR),
  MLP_POST("blocks.*.mlp.hook_post", Kind.VECTOR),
  LN2_POST_SCALE("blocks.*.ln2_post.hook_scale", Kind.SCALAR),
  LN2_POST_NORMALIZED("blocks.*.ln2_post.hook_normalized", Kind.VECTOR),
  MLP_OUT("blocks.*.hook_mlp_out", Kind.VECTOR),
  RESID_POST("blocks.*.hook_resid_post", Kind.VECTOR),
  /** What the next block reads where a block ends with its norm (BERT). */
  NORMALIZED_RESID_POST("blocks.*.hook_normalized_resid_post", Kind.VECTOR),

  LN_FINAL_SCALE("ln_final.hook_scale", Kind.SCALAR),
  LN_FINAL_NORMALIZED("ln_final.hook_normalized", Kind.VECTOR),
  MLM_HEAD_LN_SCALE("mlm_head.ln.hook_scale", Kind.SCALAR),
  MLM_HEAD_LN_NORMALIZED("mlm_head.ln.hook_normalized", Kind.VECTOR),
  /** What W_U multiplies. */
  UNEMBED_IN("unembed.hook_in", Kind.VECTOR),
  UNEMBED_OUT("unembed.hook_out", Kind.VECTOR),
  /**
   * The model's logits: {@code unembed.hook_out} after the soft cap. An addition to
   * TransformerLens's names.
   */
  LOGITS("logits", Kind.VECTOR);

  private static final String BLOCK_PREFIX = "blocks.*.";
  private static final Map<String, HookSite> BY_PATTERN =
      Arrays.stream(values())
          .collect(Collectors.toUnmodifiableMap(HookSite::pattern, Function.identity()));

  private final String pattern;
  private final Kind kind;

  HookSite(String pattern, Kind kind) {
    this.pattern = pattern;
    this.kind = kind;
  }

  /** The address, with {@code *} for the layer. */
  public String pattern() {
    return pattern;
  }

  /** Whether the site exists once a layer. */
  public boolean inBlock() {
    return pattern.startsWith(BLOCK_PREFIX);
  }

  Kind kind() {
    return kind;
  }

  static Optional<HookSite> withPattern(String pattern) {
    return Optional.ofNullable(BY_PATTERN.get(pattern));
  }
}
