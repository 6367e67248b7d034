package dev.microtome.activations;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.BatchPlanner;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookShape;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.text.TokenSequence;
import dev.microtome.torch.TorchScript;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * One vector a sequence at each of some hook points, [feature] or heads side by side, pooled inside
 * the pass: of a batch [batch, position, …] no more than [batch, …] leaves it.
 *
 * <p>Memory: one batch's activations outside the heap, plus the pass itself. Means are summed in
 * float64.
 */
public final class SequenceVectors {
  private static final TorchScript SCRIPT =
      TorchScript.load(SequenceVectors.class, "pooling.py", "Pooling");

  private final HookedTransformer model;
  private final List<HookPoint> hooks;
  private final Pooling pooling;
  private final int batchTokens;
  private final ForwardPass pass;

  /** Takes vectors: by batch, by hook point, then in the order of the sequences. */
  @FunctionalInterface
  public interface Sink {
    void accept(HookPoint hook, TokenSequence sequence, float[] vector) throws IOException;
  }

  /**
   * Prepares a pass.
   *
   * @param batchTokens most tokens of a batch, padding included; a longer sequence is a batch of
   *     its own
   * @throws InputException if the model lacks a hook point, or has no vectors there
   */
  public SequenceVectors(
      HookedTransformer model, List<HookPoint> hooks, Pooling pooling, int batchTokens) {
    for (HookPoint hook : hooks) {
      requireVectors(hook, model.hookPoints().shape(hook));
    }
    this.model = model;
    this.hooks = List.copyOf(hooks);
    this.pooling = pooling;
    this.batchTokens = batchTokens;
    this.pass = ForwardPass.reading(hooks);
  }

  /**
   * Refuses attention, which is as wide as a sequence is long.
   *
   * @throws InputException naming the hook point
   */
  public static void requireVectors(HookPoint hook, HookShape shape) {
    if (shape.kind() == HookShape.Kind.ATTENTION) {
      throw new InputException(
          "hook '%s' is as wide as a sequence is long: sequences have no vector there"
              .formatted(hook));
    }
  }

  /**
   * Runs the model over these sequences.
   *
   * @param parent owner of the native memory the passes use
   * @param progress told of sequences done so far, after each batch
   * @throws InputException for a sequence that the model cannot take, and for a vector that is not
   *     finite
   */
  public void compute(
      List<TokenSequence> sequences, NDManager parent, Sink sink, LongConsumer progress)
      throws IOException {
    sequences.forEach(
        sequence -> sequence.requireFits(model.config().nCtx(), model.config().dVocab()));
    int[] lengths = sequences.stream().mapToInt(sequence -> sequence.tokens().length).toArray();
    long done = 0;
    for (int[] indices : BatchPlanner.plan(lengths, batchTokens)) {
      List<TokenSequence> batch = Arrays.stream(indices).mapToObj(sequences::get).toList();
      TokenBatch input = TokenBatch.of(batch.stream().map(TokenSequence::tokens).toList());
      try (ActivationCache cache = model.run(input, pass, parent);
          NDManager scope = parent.newSubManager()) {
        for (HookPoint hook : hooks) {
          float[] vectors = pooled(cache.get(hook), input, scope).toFloatArray();
          int width = vectors.length / batch.size();
          for (int row = 0; row < batch.size(); row++) {
            float[] vector = Arrays.copyOfRange(vectors, row * width, (row + 1) * width);
            requireFinite(hook, batch.get(row), vector);
            sink.accept(hook, batch.get(row), vector);
          }
        }
      }
      done += batch.size();
      progress.accept(done);
    }
  }

  /** [B, D]. */
  private NDArray pooled(NDArray x, TokenBatch batch, NDManager scope) {
    long[] lengths = new long[batch.size()];
    Arrays.setAll(lengths, batch::length);
    return switch (pooling) {
      case FIRST -> SCRIPT.array(scope, "at", x, scope.create(new long[lengths.length]));
      case LAST ->
          SCRIPT.array(
              scope, "at", x, scope.create(Arrays.stream(lengths).map(n -> n - 1).toArray()));
      case MEAN -> {
        boolean[] absent = new boolean[batch.size() * batch.length()];
        for (int row = 0; row < batch.size(); row++) {
          int from = row * batch.length();
          Arrays.fill(absent, from + batch.length(row), from + batch.length(), true);
        }
        NDArray mask = scope.create(absent, new Shape(batch.size(), batch.length(), 1));
        yield SCRIPT.array(scope, "mean", x, mask, scope.create(lengths));
      }
    };
  }

  private static void requireFinite(HookPoint hook, TokenSequence sequence, float[] vector) {
    for (int i = 0; i < vector.length; i++) {
      if (!Float.isFinite(vector[i])) {
        throw new RejectedContentException(
            "hook '%s', document %d: value %d is %s"
                .formatted(hook, sequence.sequenceId(), i, vector[i]));
      }
    }
  }
}
