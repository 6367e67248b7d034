package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.file.Path;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever the sizes, and so however the tensors are cut into pieces, each value arrives where it
 * belongs.
 */
class ParameterLoaderLawsTest {
  @TempDir private Path folder;

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void transposingKeepsEveryValue(long seed) throws IOException {
    SplittableRandom random = new SplittableRandom(seed);
    int nHeads = 1 + random.nextInt(4);
    int dModel = nHeads * (1 + random.nextInt(200));
    int dMlp = 1 + random.nextInt(3000);
    Dtype dtype = random.nextBoolean() ? Dtype.F32 : Dtype.BF16;
    assertTransposed(new RandomGpt2(1, dModel, nHeads, dMlp, 11, 5, dtype), seed);
  }

  /** One row of the file is longer than the loader's buffer. */
  @Test
  void rowsLongerThanAPieceAreCut() throws IOException {
    assertTransposed(new RandomGpt2(1, 3, 1, 600_001, 11, 5, Dtype.F32), 1);
  }

  private void assertTransposed(RandomGpt2 model, long seed) throws IOException {
    ModelFiles files = ModelFiles.open(model.write(folder, seed));
    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = ModelWeights.load(files, manager);
        Safetensors stored = Safetensors.open(folder.resolve("model.safetensors"))) {
      assertThat(weights.parameterCount()).isEqualTo(model.parameters());
      assertThat(weights.get("embed.W_E").toFloatArray()).isEqualTo(stored.floats("wte.weight"));
      float[] in = stored.floats("h.0.mlp.c_fc.weight");
      float[] expected = new float[in.length];
      for (int i = 0; i < model.dModel(); i++) {
        for (int o = 0; o < model.dMlp(); o++) {
          expected[o * model.dModel() + i] = in[i * model.dMlp() + o];
        }
      }
      assertThat(weights.get("blocks.0.mlp.W_in").getShape())
          .isEqualTo(new Shape(model.dMlp(), model.dModel()));
      assertThat(weights.get("blocks.0.mlp.W_in").toFloatArray()).isEqualTo(expected);
    }
  }
}
