package dev.microtome.heads;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.circuits.FrameworkModel;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.TokenLoss;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.model.load.ToyConfig.PositionKind;
import dev.microtome.model.load.ToyFiles;
import dev.microtome.run.InputException;
import dev.microtome.text.RepeatedTokens;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RepeatPredictionsTest {
  private static final int SEGMENT = 12;
  private static final int REPEATS = 3;

  /** Random weights guess some tokens right by chance: there is something to count. */
  @Test
  void accuracyAndLossOfEachRepetitionAreThoseOfTheLogits() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = model("framework", manager)) {
      List<RepeatedTokens> examples = examples(40);

      List<RepeatPredictionRow> rows =
          RepeatPredictions.of(model, examples, manager).rows("toy", 7);

      assertThat(rows).hasSize(REPEATS);
      assertThat(rows.stream().mapToDouble(RepeatPredictionRow::accuracy).sum()).isPositive();
      for (int repetition = 0; repetition < REPEATS; repetition++) {
        double loss = 0;
        double right = 0;
        for (RepeatedTokens example : examples) {
          float[] losses = TokenLoss.nextToken(model, TokenBatch.of(example.tokens()), manager)[0];
          int[] guesses = guesses(model, example.tokens(), manager);
          for (int i = 1; i < SEGMENT; i++) {
            int before = repetition * SEGMENT + i;
            loss += losses[before] / examples.size() / (SEGMENT - 1);
            right += guesses[before] == example.tokens()[before + 1] ? 1 : 0;
          }
        }
        RepeatPredictionRow row = rows.get(repetition);
        assertThat(row.repetition()).isEqualTo(repetition + 1);
        assertThat(row.model()).isEqualTo("toy");
        assertThat(row.step()).isEqualTo(7);
        assertThat(row.accuracy()).isEqualTo(right / (examples.size() * (SEGMENT - 1.0)));
        // TokenLoss sums the exponentials in float32; saw 2e-7.
        assertThat(row.loss()).isCloseTo(loss, within(1e-5));
      }
    }
  }

  /** Without an embedding all logits are 0. */
  @Test
  void aModelThatHoldsAllTokensEquallyLikelyPredictsNone(@TempDir Path folder) {
    ToyConfig config =
        ToyConfig.builder(40, 104)
            .layers(0)
            .width(4)
            .heads(1, 4)
            .withoutNorms()
            .withoutBiases()
            .positions(PositionKind.NONE)
            .build();
    ToyFiles.writeTensors(
        folder, config, Map.of("embed.W_E", new float[160], "unembed.W_U", new float[160]));
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = HookedTransformer.load(ModelFiles.open(folder), manager)) {
      assertThat(RepeatPredictions.of(model, examples(40), manager).rows("m", 0))
          .allSatisfy(
              row -> {
                assertThat(row.accuracy()).isZero();
                assertThat(row.loss()).isCloseTo(Math.log(40), within(1e-12));
              });
    }
  }

  @Test
  void refusesModelsThatSeeTheNextTokenAndExamplesOfSeveralShapes() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer bert = model("models/bert", manager);
        HookedTransformer toy = model("framework", manager)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> RepeatPredictions.of(bert, examples(40), manager))
          .withMessage("predictions of repeated tokens by a bert model, which sees the next token");
      List<RepeatedTokens> mixed =
          List.of(
              RepeatedTokens.of(0, new int[] {1, 2}, 2), RepeatedTokens.of(0, new int[] {1, 2}, 3));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RepeatPredictions.of(toy, mixed, manager))
          .withMessage(
              "Predictions need examples of one shape, of segments of at least two tokens");
    }
  }

  private static HookedTransformer model(String name, NDManager manager) {
    return HookedTransformer.load(ModelFiles.open(FrameworkModel.folder(name)), manager);
  }

  private static List<RepeatedTokens> examples(int dVocab) {
    return IntStream.range(0, 20)
        .mapToObj(
            i ->
                RepeatedTokens.random(
                    0, RepeatedTokens.candidates(dVocab, 0), SEGMENT, REPEATS, 3, i))
        .toList();
  }

  private static int[] guesses(HookedTransformer model, int[] tokens, NDManager manager) {
    HookPoint point = HookPoint.parse("logits");
    try (ActivationCache cache =
        model.run(TokenBatch.of(tokens), ForwardPass.reading(point), manager)) {
      float[] logits = cache.floats(point);
      int dVocab = model.config().dVocab();
      return IntStream.range(0, tokens.length)
          .map(
              at ->
                  IntStream.range(0, dVocab)
                      .reduce((a, b) -> logits[at * dVocab + a] >= logits[at * dVocab + b] ? a : b)
                      .orElseThrow())
          .toArray();
    }
  }
}
