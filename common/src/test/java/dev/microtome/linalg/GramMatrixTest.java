package dev.microtome.linalg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.Random;
import org.junit.jupiter.api.Test;

class GramMatrixTest {
  @Test
  void sumsTheProductsOfBlocks() {
    Matrix first = Matrix.of(2, 3, 1, 2, 3, 4, 5, 6);
    Matrix second = Matrix.of(2, 1, -1, 2);
    GramMatrix gram = GramMatrix.ofRows(2);
    gram.add(first);
    gram.add(Matrix.zeros(2, 0));
    gram.add(second);
    assertThat(gram.matrix()).isEqualTo(Matrix.of(2, 2, 15, 30, 30, 81));
    GramMatrix merged = GramMatrix.of(gram.matrix());
    merged.merge(gram);
    assertThat(merged.matrix()).isEqualTo(Matrix.of(2, 2, 30, 60, 60, 162));
  }

  @Test
  void isTheProductWithTheTranspose() {
    Matrix block = Matrix.of(37, 501, new Random(3).doubles(37 * 501, -1, 1).toArray());
    GramMatrix gram = GramMatrix.ofRows(37);
    gram.add(block);
    Matrices.assertClose(gram.matrix(), block.timesTranspose(block), 1e-12);
  }

  @Test
  void refusesOtherRows() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GramMatrix.ofRows(2).add(Matrix.zeros(3, 1)))
        .withMessage("3 rows for a Gram matrix of 2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> GramMatrix.of(Matrix.zeros(3, 1)))
        .withMessage("A Gram matrix of 3 × 1");
    GramMatrix gram = GramMatrix.ofRows(2);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> gram.merge(gram))
        .withMessage("A Gram matrix cannot be merged with itself");
  }
}
