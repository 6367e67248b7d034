package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.index.NDIndex;
import ai.djl.ndarray.types.Shape;
import java.util.Optional;

/** Tokens to the stream that the first block reads. */
final class Embedding {
  private final NDArray tokens;
  private final double scale;
  private final Optional<Linear> projectIn;
  private final Optional<NDArray> positions;
  private final boolean shortformer;
  private final int positionOffset;
  private final Optional<NDArray> tokenTypes;
  private final Optional<Normalization> norm;
  private final HookSite tokenSite;
  private final HookSite positionSite;

  Embedding(ModelConfig config, Parameters parameters) {
    tokens = parameters.get("embed.W_E", config.dVocab(), config.dEmbed());
    scale = config.embeddingScale();
    projectIn =
        parameters
            .find("embed.project_in")
            .map(
                weight ->
                    new Linear(
                        parameters.get("embed.project_in", config.dModel(), config.dEmbed()),
                        Optional.empty()));
    shortformer = config.positions() instanceof Positions.Shortformer;
    boolean learned = config.positions() instanceof Positions.Learned;
    positions =
        learned || shortformer ? Optional.of(parameters.get("pos_embed.W_pos")) : Optional.empty();
    positionOffset = config.positions() instanceof Positions.Learned table ? table.offset() : 0;
    tokenTypes =
        config.tokenTypes() > 0 ? Optional.of(parameters.get("token_type.W")) : Optional.empty();
    boolean encoder = !config.causal();
    norm =
        encoder
            ? Optional.of(
                Normalization.of(
                    config,
                    parameters,
                    "embed.ln",
                    HookSite.EMBED_LN_SCALE,
                    HookSite.EMBED_LN_NORMALIZED))
            : Optional.empty();
    tokenSite = encoder ? HookSite.ENCODER_EMBED : HookSite.EMBED;
    positionSite = encoder ? HookSite.ENCODER_POS_EMBED : HookSite.POS_EMBED;
  }

  NDArray apply(NDManager manager, PassContext context, Taps taps) {
    TokenBatch batch = context.batch();
    Shape grid = new Shape(batch.size(), batch.length());
    try (NDManager scratch = manager.newSubManager()) {
      NDArray stream =
          Kernels.embedding(scratch, tokens, scratch.create(batch.paddedTokens(), grid));
      if (scale != 1) {
        Kernels.scaleInPlace(stream, scale);
      }
      if (projectIn.isPresent()) {
        stream = projectIn.get().apply(scratch, stream);
      }
      stream = added(scratch, taps, tokenSite, stream, Optional.empty());
      if (shortformer) {
        context.addToQueriesAndKeys(
            added(scratch, taps, positionSite, positionRows(scratch, context), Optional.empty()));
      } else if (positions.isPresent()) {
        stream =
            added(scratch, taps, positionSite, positionRows(scratch, context), Optional.of(stream));
      }
      if (tokenTypes.isPresent()) {
        NDArray types =
            Kernels.embedding(
                scratch, tokenTypes.get(), scratch.create(batch.paddedTokenTypes(), grid));
        stream = added(scratch, taps, HookSite.TOKEN_TYPE_EMBED, types, Optional.of(stream));
      }
      if (norm.isPresent()) {
        stream = taps.pass(scratch, HookSite.FULL_EMBED, norm.get().apply(scratch, taps, stream));
      }
      stream.attach(manager);
      return stream;
    }
  }

  /** [batch, position, dModel], one copy a row, since an intervention may tell rows apart. */
  private NDArray positionRows(NDManager scratch, PassContext context) {
    int first = positionOffset + context.firstPosition();
    TokenBatch batch = context.batch();
    NDArray rows =
        positions
            .orElseThrow()
            .get(scratch, new NDIndex("%d:%d".formatted(first, first + batch.length())));
    return rows.expandDims(0).repeat(0, batch.size());
  }

  private static NDArray added(
      NDManager scratch, Taps taps, HookSite site, NDArray fresh, Optional<NDArray> stream) {
    NDArray part = taps.pass(scratch, site, fresh);
    if (stream.isEmpty()) {
      return part;
    }
    NDArray sum = part.add(stream.get());
    sum.attach(scratch);
    return sum;
  }
}
