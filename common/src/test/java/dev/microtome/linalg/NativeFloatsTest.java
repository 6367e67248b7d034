package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

/** Whole numbers: sums are exact. */
class NativeFloatsTest {
  private static NativeFloats of(float[]... rows) {
    NativeFloats matrix = new NativeFloats(rows.length, rows[0].length);
    for (int i = 0; i < rows.length; i++) {
      matrix.set(i, rows[i]);
    }
    return matrix;
  }

  private static float[] row(NativeFloats matrix, int row, int width) {
    float[] values = new float[width];
    matrix.copy(row, values);
    return values;
  }

  @Test
  void products() {
    try (NativeFloats a = of(new float[] {1, 2}, new float[] {3, 4}, new float[] {5, 6});
        NativeFloats b = of(new float[] {1, 0, 2}, new float[] {0, 1, -1});
        NativeFloats result = new NativeFloats(3, 3)) {
      result.setProduct(a, b);

      assertThat(row(result, 0, 3)).containsExactly(1, 2, 0);
      assertThat(row(result, 2, 3)).containsExactly(5, 6, 4);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> result.setProduct(b, a))
          .withMessage("[2, 3] · [3, 2] is not [3, 3]");
    }
  }

  /** To the rows 1 and 2 of the sum alone, over the first two rows of three. */
  @Test
  void transposedProductsAreAdded() {
    try (NativeFloats a = of(new float[] {1, 2, 3}, new float[] {4, 5, 6}, new float[] {9, 9, 9});
        NativeFloats b = of(new float[] {1, 2}, new float[] {3, 4}, new float[] {9, 9});
        NativeFloats sum = of(new float[] {7, 7}, new float[] {7, 7}, new float[] {7, 7})) {
      sum.addTransposedProduct(a, b, 2, 1, 3);

      assertThat(row(sum, 0, 2)).containsExactly(7, 7);
      assertThat(row(sum, 1, 2)).containsExactly(24, 31);
      assertThat(row(sum, 2, 2)).containsExactly(28, 37);
      sum.clear(1, 2);
      assertThat(row(sum, 0, 2)).containsExactly(7, 7);
      assertThat(row(sum, 1, 2)).containsExactly(0, 0);
      b.cursor().add(1, 2, sum.cursor(), 2);
      assertThat(row(sum, 2, 2)).containsExactly(34, 45);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> sum.addTransposedProduct(a, b, 4, 0, 3))
          .withMessage("[3, 3]ᵀ · [3, 2] over 4 rows is not [3, 2]");
    }
  }
}
