package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights.Folding;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The matrices against the activations of the models they are taken from. */
class FrameworkWeightsTest {
  private static final int[] TOKENS = {3, 14, 15, 9, 26, 5};

  /** Differences between positions, in which biases cancel. */
  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gpt-neo", "llama", "qwen2", "mistral", "gptj"})
  void foldedMatricesGiveTheActivationsBehindTheNorm(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = weights(name, manager)) {
      HookedTransformer model = HookedTransformer.of(stored);
      FrameworkWeights folded = FrameworkWeights.of(stored, Folding.NORMS);
      ModelConfig config = model.config();
      int layer = 1;
      HookPoint stream = HookPoint.of(layer, HookSite.RESID_PRE);
      HookPoint scale = HookPoint.of(layer, HookSite.LN1_SCALE);
      HookPoint q = HookPoint.of(layer, HookSite.Q);
      HookPoint k = HookPoint.of(layer, HookSite.K);
      HookPoint v = HookPoint.of(layer, HookSite.V);
      try (ActivationCache cache =
          model.run(TokenBatch.of(TOKENS), ForwardPass.reading(stream, scale, q, k, v), manager)) {
        // The division by each position's own scale stays outside of the matrices.
        double[] x = doubles(cache.floats(stream));
        float[] scales = cache.floats(scale);
        for (int i = 0; i < x.length; i++) {
          x[i] /= scales[i / config.dModel()];
        }
        Matrix input = Matrix.of(TOKENS.length, config.dModel(), x);
        for (int head = 0; head < config.nHeads(); head++) {
          FrameworkWeights.Head matrices = folded.head(layer, head);
          int shared = head * config.nKeyValueHeads() / config.nHeads();
          assertSameUpToABias(input.times(matrices.wQ()), cache.floats(q), head, config.nHeads());
          assertSameUpToABias(
              input.times(matrices.wK()), cache.floats(k), shared, config.nKeyValueHeads());
          assertSameUpToABias(
              input.times(matrices.wV()), cache.floats(v), shared, config.nKeyValueHeads());
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama", "gptj"})
  void theOutputMatrixGivesEachHeadsResult(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = weights(name, manager)) {
      HookedTransformer model = HookedTransformer.of(stored);
      ModelConfig config = model.config();
      FrameworkWeights matrices = FrameworkWeights.of(stored, Folding.NONE);
      HookPoint z = HookPoint.of(1, HookSite.Z);
      HookPoint result = HookPoint.of(1, HookSite.RESULT);
      try (ActivationCache cache =
          model.run(TokenBatch.of(TOKENS), ForwardPass.reading(z, result), manager)) {
        for (int head = 0; head < config.nHeads(); head++) {
          Matrix mixed = part(cache.floats(z), head, config.nHeads(), config.dHead());
          assertThat(mixed.times(matrices.output(1, head)).toArray())
              .containsExactly(
                  part(cache.floats(result), head, config.nHeads(), config.dModel()).toArray(),
                  within(1e-5));
          assertThat(matrices.head(1, head).wO()).isEqualTo(matrices.output(1, head));
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "llama", "opt"})
  void embeddingAndUnembeddingAreTheModelsOwn(String name) {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = weights(name, manager)) {
      HookedTransformer model = HookedTransformer.of(stored);
      ModelConfig config = model.config();
      FrameworkWeights folded = FrameworkWeights.of(stored, Folding.NORMS);
      HookPoint embed = HookPoint.of(HookSite.EMBED);
      HookPoint last = HookPoint.of(config.nLayers() - 1, HookSite.RESID_POST);
      HookPoint scale = HookPoint.of(HookSite.LN_FINAL_SCALE);
      HookPoint logits = HookPoint.of(HookSite.LOGITS);
      try (ActivationCache cache =
          model.run(
              TokenBatch.of(TOKENS), ForwardPass.reading(embed, last, scale, logits), manager)) {
        for (int position = 0; position < TOKENS.length; position++) {
          assertThat(folded.embedding(TOKENS[position], TOKENS[position] + 1).toArray())
              .containsExactly(
                  part(cache.floats(embed), 0, 1, config.dModel()).row(position), within(1e-5));
        }
        double[] x = doubles(cache.floats(last));
        float[] scales = cache.floats(scale);
        for (int i = 0; i < x.length; i++) {
          x[i] /= scales[i / config.dModel()];
        }
        Matrix unembedded =
            Matrix.of(TOKENS.length, config.dModel(), x)
                .timesTranspose(folded.unembedding(0, config.dVocab()));
        assertSameUpToABias(unembedded, cache.floats(logits), 0, 1);
        double[] means =
            Matrix.of(TOKENS.length, config.dModel(), x)
                .timesTranspose(folded.meanUnembedding())
                .toArray();
        for (int position = 0; position < TOKENS.length; position++) {
          assertThat(means[position])
              .isCloseTo(
                  Arrays.stream(unembedded.row(position)).average().orElseThrow(), within(1e-12));
        }
      }
    }
  }

  @Test
  void sumsOverTheVocabularyAreThoseOfTheWholeMatrices() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights stored = weights("gpt2", manager)) {
      FrameworkWeights matrices = FrameworkWeights.of(stored, Folding.NORMS);
      Matrix embedding = matrices.embedding(0, 97);
      Matrix unembedding = matrices.unembedding(0, 97);
      assertThat(matrices.embeddingGram().toArray())
          .containsExactly(embedding.transpose().times(embedding).toArray(), within(1e-12));
      assertThat(matrices.unembeddingTimesEmbedding().toArray())
          .containsExactly(unembedding.transpose().times(embedding).toArray(), within(1e-12));
    }
  }

  @Test
  void refusesNormsThatNothingReadsDirectly() {
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights bert = weights("bert", manager);
        ModelWeights gpt2 = weights("gpt2", manager)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> FrameworkWeights.of(bert, Folding.NORMS))
          .withMessage(
              "norms of a bert model (block layout POST_NORM) cannot be folded into the matrices that read behind them");
      FrameworkWeights matrices = FrameworkWeights.of(gpt2, Folding.NONE);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> matrices.head(3, 0))
          .withMessage("head 3.0: the model has 3 layers of 4 heads");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> matrices.embedding(90, 98))
          .withMessage("tokens 90 to 98 of a vocabulary of 97");
    }
  }

  private static ModelWeights weights(String name, NDManager manager) {
    return ModelWeights.load(
        ModelFiles.open(GoldenModel.resource("golden/models/" + name)), manager);
  }

  /** Rows minus the first row. */
  private static void assertSameUpToABias(Matrix found, float[] all, int head, int heads) {
    Matrix expected = part(all, head, heads, found.columns());
    for (int row = 1; row < found.rows(); row++) {
      for (int column = 0; column < found.columns(); column++) {
        // float32 activations; saw 4e-6
        assertThat(found.at(row, column) - found.at(0, column))
            .isCloseTo(expected.at(row, column) - expected.at(0, column), within(5e-5));
      }
    }
  }

  /** One head of [position, head, width]. */
  private static Matrix part(float[] all, int head, int heads, int width) {
    int positions = all.length / heads / width;
    return Matrix.of(
        positions,
        width,
        IntStream.range(0, positions * width)
            .mapToDouble(i -> all[(i / width * heads + head) * width + i % width])
            .toArray());
  }

  private static double[] doubles(float[] floats) {
    return IntStream.range(0, floats.length).mapToDouble(i -> floats[i]).toArray();
  }
}
