package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.linalg.Matrix;
import dev.microtome.stats.Moments;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassMeansTest {
  private static final int WIDTH = 3;

  /** Classes of very different sizes, whose common mean is far from halfway between theirs. */
  @ParameterizedTest(name = "{0} classes")
  @ValueSource(ints = {2, 3})
  void theDifferenceOfMeansGivesTheClassOfTheNearestMean(int classes) {
    Random random = new Random(classes);
    Moments moments = Moments.ofColumns(WIDTH + classes);
    double[][] sums = new double[classes][WIDTH];
    int[] counts = new int[classes];
    double[] rows = new double[300 * WIDTH];
    for (int row = 0; row < 300; row++) {
      int label = row % 10 < 8 ? 0 : 1 + row % (classes - 1);
      double[] z = new double[classes];
      z[label] = 1;
      double[] x = random.doubles(WIDTH, -2, 2).toArray();
      for (int i = 0; i < WIDTH; i++) {
        x[i] += label * (i + 1) - 5;
        sums[label][i] += x[i];
        rows[row * WIDTH + i] = x[i];
      }
      counts[label]++;
      moments.add(x, z);
    }
    int[] nearest = new int[300];
    for (int row = 0; row < 300; row++) {
      double smallest = Double.MAX_VALUE;
      for (int label = 0; label < classes; label++) {
        double distance = 0;
        for (int i = 0; i < WIDTH; i++) {
          double offset = rows[row * WIDTH + i] - sums[label][i] / counts[label];
          distance += offset * offset;
        }
        if (distance < smallest) {
          smallest = distance;
          nearest[row] = label;
        }
      }
    }
    try (ProbeRows x = ProbeRows.of(Matrix.of(300, WIDTH, rows))) {
      assertThat(ClassMeans.of(moments, WIDTH).differenceOfMeans().predict(x)).isEqualTo(nearest);
    }
  }

  /** Of three classes the one in the middle has no row. */
  @Test
  void aClassWithoutRowsIsNeverGuessed() {
    Moments moments = Moments.ofColumns(1 + 3);
    for (double x : new double[] {-3, -2, 2, 3}) {
      moments.add(new double[] {x}, x < 0 ? new double[] {1, 0, 0} : new double[] {0, 0, 1});
    }
    ClassMeans means = ClassMeans.of(moments, 1);
    assertThat(means.rows(1)).isZero();
    assertThat(means.distance(1)).isZero();
    try (ProbeRows x = ProbeRows.of(Matrix.of(4, 1, -3, -0.1, 0.1, 3))) {
      assertThat(means.differenceOfMeans().predict(x)).containsExactly(0, 0, 2, 2);
      assertThat(means.massMean().predict(x)).containsExactly(0, 0, 2, 2);
    }
  }
}
