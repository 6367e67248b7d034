package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.run.InputException;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PredictionChangeTest {
  private static final TokenBatch BATCH =
      TokenBatch.of(new int[] {5, 3, 8, 1, 9}, new int[] {4, 4}, new int[] {7});

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gemma2", "llama"})
  void lossesAndDivergencesAreThoseOfTheLogits(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open(name).load(manager)) {
      HookPoint hook = HookPoint.of(0, HookSite.RESID_POST);
      ForwardPass zeroed = changed(Intervention.zero(hook, Slice.all()));
      ForwardPass same = changed(Intervention.scale(hook, Slice.all(), 1));

      List<PredictionChange> found =
          PredictionChange.nextToken(model, BATCH, List.of(zeroed, same), manager);

      assertThat(found).hasSize(3);
      float[][] clean = TokenLoss.nextToken(model, BATCH, manager);
      float[][] without = TokenLoss.nextToken(model, BATCH, zeroed, manager);
      int next = 0;
      double largest = 0;
      for (int row = 0; row < BATCH.size(); row++) {
        for (int position = 0; position < clean[row].length; position++) {
          assertThat(found.get(0).loss(next)).isCloseTo(clean[row][position], within(1e-5f));
          assertThat(found.get(1).loss(next)).isCloseTo(without[row][position], within(1e-5f));
          assertThat(found.get(0).divergence(next)).isZero();
          assertThat(found.get(2).divergence(next)).isCloseTo(0, within(1e-6f));
          double expected = divergence(model, zeroed, row, position, manager);
          largest = Math.max(largest, expected);
          // float32 sums over a vocabulary of a hundred
          assertThat((double) found.get(1).divergence(next)).isCloseTo(expected, within(1e-5));
          next++;
        }
      }
      assertThat(found.get(1).count()).isEqualTo(next).isEqualTo(5);
      assertThat(largest).isGreaterThan(1e-3);
    }
  }

  @Test
  void refusesWhatHasNoNextToken() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer bert = GoldenModel.open("bert").load(manager);
        HookedTransformer gpt2 = GoldenModel.open("gpt2").load(manager)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> PredictionChange.nextToken(bert, BATCH, List.of(), manager))
          .withMessage("next-token predictions of a bert model, which sees the next token");
      ForwardPass logits = changed(Intervention.zero(HookPoint.of(HookSite.LOGITS), Slice.all()));
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> PredictionChange.nextToken(gpt2, BATCH, List.of(logits), manager))
          .withMessage("predictions under a change of logits: change an activation before them");
    }
  }

  private static ForwardPass changed(Intervention change) {
    return ForwardPass.builder().intervene(change).build();
  }

  private static double divergence(
      HookedTransformer model, ForwardPass change, int row, int position, NDManager manager) {
    double[] p = probabilities(model, ForwardPass.builder().build(), row, position, manager);
    double[] q = probabilities(model, change, row, position, manager);
    double sum = 0;
    for (int token = 0; token < p.length; token++) {
      sum += p[token] * Math.log(p[token] / q[token]);
    }
    return sum;
  }

  private static double[] probabilities(
      HookedTransformer model, ForwardPass pass, int row, int position, NDManager manager) {
    HookPoint logits = HookPoint.of(HookSite.LOGITS);
    try (ActivationCache cache = model.run(BATCH, pass.readingOnly(logits), manager)) {
      float[] values = cache.floats(logits, row);
      int vocabulary = model.config().dVocab();
      double[] exponentials = new double[vocabulary];
      double sum = 0;
      for (int token = 0; token < vocabulary; token++) {
        exponentials[token] = Math.exp(values[position * vocabulary + token]);
        sum += exponentials[token];
      }
      for (int token = 0; token < vocabulary; token++) {
        exponentials[token] /= sum;
      }
      return exponentials;
    }
  }
}
