package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Parameters of the golden models against the files' own bytes: loading rearranges, it does not
 * compute.
 */
class ModelWeightsGoldenTest {
  private final NDManager manager = NDManager.newBaseManager();

  @AfterEach
  void close() {
    manager.close();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gpt2", "gpt2-f16", "gpt2-relu-inverse"})
  void gpt2IsTransposedIntoTheCommonLayout(String name) {
    ModelFiles files = ModelFiles.open(GoldenModels.folder(name));
    String prefix = name.equals("gpt2") ? "" : "transformer.";
    try (ModelWeights weights = ModelWeights.load(files, manager);
        Safetensors stored = Safetensors.open(files.folder().resolve("model.safetensors"))) {
      int dModel = weights.config().dModel();
      int dMlp = weights.config().dMlp();
      assertStored(
          weights.get("embed.W_E"),
          stored.floats(prefix + "wte.weight"),
          weights.config().dVocab(),
          dModel);
      assertStored(weights.get("blocks.1.ln2.b"), stored.floats(prefix + "h.1.ln_2.bias"), dModel);
      assertTransposed(
          weights.get("blocks.1.attn.W_QKV"),
          stored.floats(prefix + "h.1.attn.c_attn.weight"),
          dModel,
          3 * dModel);
      assertTransposed(
          weights.get("blocks.0.mlp.W_in"),
          stored.floats(prefix + "h.0.mlp.c_fc.weight"),
          dModel,
          dMlp);
      assertTransposed(
          weights.get("blocks.0.mlp.W_out"),
          stored.floats(prefix + "h.0.mlp.c_proj.weight"),
          dMlp,
          dModel);
      assertThat(weights.find("blocks.0.mlp.W_gate")).isEmpty();
    }
  }

  @Test
  void tiedEmbeddingsAreOneArray() {
    try (ModelWeights weights =
        ModelWeights.load(ModelFiles.open(GoldenModels.folder("gpt2")), manager)) {
      assertThat(weights.get("unembed.W_U")).isSameAs(weights.get("embed.W_E"));
      assertThat(weights.parameterCount()).isEqualTo(42_816);
    }
  }

  private static void assertStored(NDArray array, float[] stored, long... shape) {
    assertThat(array.getShape()).isEqualTo(new Shape(shape));
    assertThat(array.toFloatArray()).isEqualTo(stored);
  }

  private static void assertTransposed(NDArray array, float[] stored, int in, int out) {
    float[] expected = new float[stored.length];
    for (int i = 0; i < in; i++) {
      for (int o = 0; o < out; o++) {
        expected[o * in + i] = stored[i * out + o];
      }
    }
    assertStored(array, expected, out, in);
  }
}
