package dev.microtome.heads;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookSite;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.run.InputException;
import dev.microtome.text.RepeatedTokens;
import java.util.ArrayList;
import java.util.List;

/**
 * What a model makes of random tokens that come again, a repetition at a time: only the context
 * tells them, so that accuracy from the second repetition on is induction and nothing else.
 *
 * <p>The first token of a repetition is left out: before the second repetition nothing tells that
 * the segment is over. Logits of one example are in memory at a time, length · dVocab · 4 bytes;
 * means are float64.
 */
public final class RepeatPredictions {
  private final int segment;
  private final int dVocab;
  private final long[] correct; // [repetition]
  private final double[] losses;
  private long examples;

  private RepeatPredictions(RepeatedTokens first, int dVocab) {
    this.segment = first.segmentLength();
    this.dVocab = dVocab;
    this.correct = new long[first.repeats()];
    this.losses = new double[first.repeats()];
  }

  /**
   * Runs a model over examples.
   *
   * @param examples at least one, all of one shape, their segments of at least two tokens
   * @throws InputException if the model is not causal, an example is longer than its context, or
   *     has a token that it does not know
   */
  public static RepeatPredictions of(
      HookedTransformer model, List<RepeatedTokens> examples, NDManager parent) {
    if (!model.config().causal()) {
      throw new InputException(
          "predictions of repeated tokens by a %s model, which sees the next token"
              .formatted(model.config().family()));
    }
    if (examples.isEmpty()
        || examples.stream()
            .anyMatch(
                each ->
                    each.segmentLength() < 2
                        || each.segmentLength() != examples.get(0).segmentLength()
                        || each.repeats() != examples.get(0).repeats())) {
      throw new IllegalArgumentException(
          "Predictions need examples of one shape, of segments of at least two tokens");
    }
    RepeatPredictions predictions = new RepeatPredictions(examples.get(0), model.config().dVocab());
    HookPoint logits = HookPoint.of(HookSite.LOGITS);
    for (RepeatedTokens example : examples) {
      int[] tokens = example.tokens();
      try (ActivationCache cache =
          model.run(TokenBatch.of(tokens), ForwardPass.reading(logits), parent)) {
        predictions.add(tokens, cache.floats(logits));
      }
    }
    return predictions;
  }

  /** A row for every repetition, in order. */
  public List<RepeatPredictionRow> rows(String model, long step) {
    double tokens = (double) examples * (segment - 1);
    List<RepeatPredictionRow> rows = new ArrayList<>();
    for (int repetition = 0; repetition < correct.length; repetition++) {
      rows.add(
          new RepeatPredictionRow(
              model,
              step,
              repetition + 1,
              correct[repetition] / tokens,
              losses[repetition] / tokens));
    }
    return rows;
  }

  private void add(int[] tokens, float[] logits) {
    examples++;
    for (int repetition = 0; repetition < correct.length; repetition++) {
      for (int i = 1; i < segment; i++) {
        int position = 1 + repetition * segment + i;
        add(repetition, logits, (position - 1) * dVocab, tokens[position]);
      }
    }
  }

  /** A tie is no first guess: a model that holds all tokens equally likely predicts none. */
  private void add(int repetition, float[] logits, int from, int token) {
    float wanted = logits[from + token];
    float others = Float.NEGATIVE_INFINITY;
    for (int other = 0; other < dVocab; other++) {
      others = other == token ? others : Math.max(others, logits[from + other]);
    }
    double largest = Math.max(wanted, others);
    double sum = 0;
    for (int other = 0; other < dVocab; other++) {
      sum += Math.exp(logits[from + other] - largest);
    }
    correct[repetition] += wanted > others ? 1 : 0;
    losses[repetition] += largest + Math.log(sum) - wanted;
  }
}
