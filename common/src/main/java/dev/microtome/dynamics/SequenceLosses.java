package dev.microtome.dynamics;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.BatchPlanner;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Intervention;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.TokenLoss;
import dev.microtome.run.InputException;
import dev.microtome.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.LongConsumer;
import java.util.stream.IntStream;

/**
 * Losses of the tokens of many sequences under one model, in nats, float32. Cost: one pass over the
 * model; memory: a batch's activations, a few hundred tokens' logits, and the losses.
 */
public final class SequenceLosses {
  private final HookedTransformer model;
  private final LossSettings settings;
  private final ForwardPass changes;

  /** Losses of the unchanged model. */
  public SequenceLosses(HookedTransformer model, LossSettings settings) {
    this(model, settings, List.of());
  }

  /** Losses of the model under interventions. */
  public SequenceLosses(
      HookedTransformer model, LossSettings settings, List<Intervention> interventions) {
    this.model = model;
    this.settings = settings;
    changes = ForwardPass.builder().intervene(interventions).build();
  }

  /**
   * Losses of each sequence, in the order given: entry i is −log p(token i + 1 | tokens 0 … i). A
   * sequence of one token has none. Bits depend on the sequences given together, for they decide on
   * batches, and on nothing else.
   *
   * @param parent what the passes allocate belongs to sub-managers of it
   * @param progress told the number of sequences done so far
   * @throws InputException if a sequence is shorter than the positions asked for, a loss is not
   *     finite, or the model is not causal
   */
  public List<float[]> of(List<TokenSequence> sequences, NDManager parent, LongConsumer progress) {
    int[] lengths = new int[sequences.size()];
    for (int i = 0; i < lengths.length; i++) {
      settings.requireLongEnough(sequences.get(i));
      lengths[i] = 1 + settings.predicted(sequences.get(i).tokens().length);
    }
    List<float[]> losses = new ArrayList<>(Collections.nCopies(lengths.length, new float[0]));
    long done = 0;
    for (int[] batch : BatchPlanner.plan(lengths, settings.batchTokens())) {
      List<int[]> tokens =
          IntStream.of(batch)
              .mapToObj(i -> Arrays.copyOf(sequences.get(i).tokens(), lengths[i]))
              .toList();
      float[][] found = TokenLoss.nextToken(model, TokenBatch.of(tokens), changes, parent);
      for (int row = 0; row < batch.length; row++) {
        requireFinite(sequences.get(batch[row]), found[row]);
        losses.set(batch[row], found[row]);
      }
      done += batch.length;
      progress.accept(done);
    }
    return losses;
  }

  private static void requireFinite(TokenSequence sequence, float[] losses) {
    for (int i = 0; i < losses.length; i++) {
      if (!Float.isFinite(losses[i])) {
        throw new InputException(
            "sequence %d, position %d: the loss of token %d is %s; expected a finite number"
                .formatted(sequence.sequenceId(), i + 1, sequence.tokens()[i + 1], losses[i]));
      }
    }
  }
}
