package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.torch.TorchScript;
import java.util.Arrays;
import java.util.Comparator;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopKTest {
  private static final int WIDTH = 300;

  @Test
  void keepsWhatTorchKeeps() {
    TorchScript torch = TorchScript.load(TopKTest.class, "dense_topk.py", "DenseTopK");
    int k = 16;
    TopK topK = new TopK(k, WIDTH);
    Random random = new Random(1);
    int[] indices = new int[k];
    float[] values = new float[k];
    try (NDManager manager = NDManager.newBaseManager()) {
      for (int row = 0; row < 200; row++) {
        // The scale jumps, so that the guessed threshold is too high and too low.
        float scale = (float) Math.exp(3 * random.nextGaussian());
        float[] pre = new float[WIDTH];
        for (int j = 0; j < WIDTH; j++) {
          pre[j] = scale * (float) random.nextGaussian();
        }
        try (NDArray found =
            torch.array(manager, "topk", manager.create(pre, new Shape(WIDTH)), (long) k)) {
          int[] expected = Arrays.stream(found.toLongArray()).mapToInt(i -> (int) i).toArray();
          Arrays.sort(expected);

          int count = topK.select(pre, new float[WIDTH], 1, indices, values, 0);

          assertThat(count).isEqualTo(k);
          assertThat(indices).containsExactly(expected);
          for (int i = 0; i < k; i++) {
            assertThat(values[i]).isEqualTo(pre[indices[i]]);
          }
        }
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 40})
  void ofEqualValuesThoseOfLowerIndexStayAndNothingBelowZero(int levels) {
    int k = 20;
    TopK topK = new TopK(k, WIDTH);
    Random random = new Random(levels);
    for (int row = 0; row < 100; row++) {
      float[] pre = new float[WIDTH];
      float[] bias = new float[WIDTH];
      for (int j = 0; j < WIDTH; j++) {
        pre[j] = random.nextInt(levels + 20) - 20;
        bias[j] = 0.5f * random.nextInt(2);
      }
      int[] expected =
          IntStream.range(0, WIDTH)
              .boxed()
              .filter(j -> pre[j] + bias[j] > 0)
              .sorted(Comparator.comparing((Integer j) -> -(pre[j] + bias[j])))
              .limit(k)
              .mapToInt(j -> j)
              .sorted()
              .toArray();
      int[] indices = new int[k + 2];
      float[] values = new float[k + 2];

      int count = topK.select(pre, bias, 3, indices, values, 2);

      assertThat(Arrays.copyOfRange(indices, 2, 2 + count)).containsExactly(expected);
    }
  }

  @Test
  void workedValue() {
    int[] indices = new int[2];
    float[] values = new float[2];

    int count =
        new TopK(2, 4).select(new float[] {1, 1.5f, 3, 4}, new float[4], 1, indices, values, 0);

    assertThat(count).isEqualTo(2);
    assertThat(indices).containsExactly(2, 3);
    assertThat(values).containsExactly(3, 4);
  }

  @Test
  void aRowOfNumbersThatAreNoneGivesNothing() {
    float[] row = new float[WIDTH];
    Arrays.fill(row, Float.NaN);

    int count =
        new TopK(3, WIDTH).select(row, new float[WIDTH], Float.NaN, new int[3], new float[3], 0);

    assertThat(count).isZero();
  }
}
