package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.run.InputException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;

/**
 * −log p of tokens, in nats, one by one. Logits are computed for a few hundred tokens and a part of
 * the vocabulary at a time and forgotten, so that [tokens, vocabulary] is never whole in memory.
 * Arithmetic is float32; sum the results in double.
 */
public final class TokenLoss {
  /** A masked label that costs nothing, as in Hugging Face. */
  public static final int IGNORED = -100;

  /** Tokens at a time; of their logits only some words' are there at a time. */
  private static final int CHUNK_TOKENS = 512;

  /** Logits at a time where they are needed whole: 32 MB. */
  private static final int CHUNK_FLOATS = 1 << 23;

  private TokenLoss() {}

  /**
   * Loss of each next token. Entry i of a row is −log p(token i + 1 | tokens 0 … i): one less than
   * the row has tokens.
   *
   * @param changes interventions under which the model runs; what it reads is not computed
   * @throws InputException if the model is not causal
   */
  public static float[][] nextToken(
      HookedTransformer model, TokenBatch batch, ForwardPass changes, NDManager parent) {
    if (!model.config().causal()) {
      throw new InputException(
          "next-token loss of a %s model, which sees the next token: use labels"
              .formatted(model.config().family()));
    }
    int[][] targets = new int[batch.size()][];
    for (int row = 0; row < targets.length; row++) {
      targets[row] = Arrays.copyOfRange(batch.tokens(row), 1, batch.length(row));
    }
    return losses(model, batch, targets, changes, parent);
  }

  /** Loss of each next token of the unchanged model. */
  public static float[][] nextToken(HookedTransformer model, TokenBatch batch, NDManager parent) {
    return nextToken(model, batch, ForwardPass.builder().build(), parent);
  }

  /**
   * Loss of given tokens, as in masked language modelling: entry i of a row is −log p(label i at
   * position i), or 0 where the label is {@link #IGNORED}.
   *
   * @param labels as many as each sequence has tokens
   */
  public static float[][] labelled(
      HookedTransformer model, TokenBatch batch, List<int[]> labels, NDManager parent) {
    int[][] targets = labels.toArray(int[][]::new);
    for (int row = 0; row < batch.size(); row++) {
      if (targets.length != batch.size() || targets[row].length != batch.length(row)) {
        throw new IllegalArgumentException("Labels are not as long as the sequences");
      }
      for (int label : targets[row]) {
        if (label != IGNORED && (label < 0 || label >= model.config().dVocab())) {
          throw new InputException(
              "label %d of row %d: the model's vocabulary is 0 to %d"
                  .formatted(label, row, model.config().dVocab() - 1));
        }
      }
    }
    return losses(model, batch, targets, ForwardPass.builder().build(), parent);
  }

  private static float[][] losses(
      HookedTransformer model,
      TokenBatch batch,
      int[][] targets,
      ForwardPass changes,
      NDManager parent) {
    // A change of the logits themselves needs them as they are; else what W_U multiplies is enough.
    boolean changedLogits = changes.changesLogits();
    HookPoint point = HookPoint.of(changedLogits ? HookSite.LOGITS : HookSite.UNEMBED_IN);
    Cells cells = Cells.of(targets, batch.length());
    float[] losses = new float[cells.count()];
    int chunk = changedLogits ? Math.max(1, CHUNK_FLOATS / model.config().dVocab()) : CHUNK_TOKENS;
    try (ActivationCache cache = model.run(batch, changes.readingOnly(point), parent)) {
      NDArray activations = cache.get(point);
      NDArray rows = activations.reshape(-1, activations.getShape().get(2));
      for (int first = 0; first < losses.length; first += chunk) {
        int count = Math.min(chunk, losses.length - first);
        try (NDManager scratch = cache.manager().newSubManager()) {
          NDArray part =
              Kernels.embedding(
                  scratch, rows, scratch.create(cells.indices(first, count), new Shape(count)));
          NDArray wanted = scratch.create(cells.targets(first, count), new Shape(count));
          NDArray loss =
              changedLogits
                  ? Kernels.logitLoss(scratch, part, wanted)
                  : model.unembedding().losses(scratch, part, wanted);
          System.arraycopy(loss.toFloatArray(), 0, losses, first, count);
        }
      }
    }
    return cells.scatter(losses, targets);
  }

  /** The positions that have a target, row after row. */
  private static final class Cells {
    private final long[] indices;
    private final long[] targets;

    private Cells(long[] indices, long[] targets) {
      this.indices = indices;
      this.targets = targets;
    }

    static Cells of(int[][] targets, int length) {
      LongStream.Builder indices = LongStream.builder();
      LongStream.Builder wanted = LongStream.builder();
      for (int row = 0; row < targets.length; row++) {
        for (int position = 0; position < targets[row].length; position++) {
          if (targets[row][position] != IGNORED) {
            indices.add((long) row * length + position);
            wanted.add(targets[row][position]);
          }
        }
      }
      return new Cells(indices.build().toArray(), wanted.build().toArray());
    }

    int count() {
      return indices.length;
    }

    long[] indices(int first, int count) {
      return Arrays.copyOfRange(indices, first, first + count);
    }

    long[] targets(int first, int count) {
      return Arrays.copyOfRange(targets, first, first + count);
    }

    float[][] scatter(float[] losses, int[][] all) {
      float[][] rows = new float[all.length][];
      int next = 0;
      for (int row = 0; row < all.length; row++) {
        rows[row] = new float[all[row].length];
        for (int position = 0; position < all[row].length; position++) {
          if (all[row][position] != IGNORED) {
            rows[row][position] = losses[next++];
          }
        }
      }
      return rows;
    }
  }
}
