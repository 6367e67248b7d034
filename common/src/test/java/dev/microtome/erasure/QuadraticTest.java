package dev.microtome.erasure;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.QuadraticFitter.Centre;
import dev.microtome.erasure.QuadraticFitter.ClassCovariance;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;
import dev.microtome.model.load.Safetensors;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class QuadraticTest {
  /** The reference's fixed point stops on its loss, hence 1e-6. */
  @ParameterizedTest
  @ValueSource(strings = {"two", "three", "three-defaults"})
  void isConceptErasures(String name) throws URISyntaxException {
    try (Safetensors inputs = open("inputs");
        Safetensors golden = open("quadratic")) {
      double[] x = inputs.doubles("x");
      long[] labels = golden.longs(name + ".labels");
      int classes = (int) Arrays.stream(labels).max().orElseThrow() + 1;
      QuadraticFitter fitter = QuadraticFitter.of(12, classes);
      for (int row = 0; row < labels.length; row++) {
        fitter.add(Arrays.copyOfRange(x, 12 * row, 12 * (row + 1)), (int) labels[row]);
      }
      QuadraticEraser eraser =
          fitter.eraser(
              name.endsWith("defaults") ? ClassCovariance.SHRUNK : ClassCovariance.SAMPLE,
              Centre.MEAN_OF_CLASSES);
      assertThat(eraser.target())
          .containsExactly(golden.doubles(name + ".global_mean"), within(1e-9));
      double[] maps = golden.doubles(name + ".ot_maps");
      for (int label = 0; label < classes; label++) {
        assertThat(eraser.transport(label).toArray())
            .containsExactly(
                Arrays.copyOfRange(maps, 144 * label, 144 * (label + 1)), within(1e-6));
      }
      double[] erased = golden.doubles(name + ".erased");
      for (int row = 0; row < labels.length; row++) {
        assertThat(eraser.apply(Arrays.copyOfRange(x, 12 * row, 12 * (row + 1)), (int) labels[row]))
            .containsExactly(Arrays.copyOfRange(erased, 12 * row, 12 * (row + 1)), within(1e-6));
      }
    }
  }

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void classesHaveOneMeanAndOneCovarianceAfterwards(long seed) {
    Labelled sample = Labelled.gaussians(seed, 200, 5, 3);
    QuadraticFitter fitter = QuadraticFitter.of(5, 3);
    QuadraticFitter rest = QuadraticFitter.of(5, 3);
    for (int row = 0; row < 200; row++) {
      (row < 90 ? fitter : rest).add(stretched(sample, row), label(sample, row));
    }
    fitter.merge(rest);
    QuadraticEraser eraser = fitter.eraser(ClassCovariance.SAMPLE, Centre.MEAN_OF_ROWS);
    LeaceFitter[] after = new LeaceFitter[3];
    LeaceFitter before = LeaceFitter.of(5, 3);
    for (int row = 0; row < 200; row++) {
      int label = label(sample, row);
      if (after[label] == null) {
        after[label] = LeaceFitter.of(5, 3);
      }
      before.add(stretched(sample, row), sample.z().row(row));
      after[label].add(eraser.apply(stretched(sample, row), label), sample.z().row(row));
    }
    assertThat(eraser.target()).containsExactly(before.meanX(), within(1e-12));
    for (LeaceFitter each : after) {
      assertThat(each.meanX()).containsExactly(eraser.target(), within(1e-10));
      // Square roots of square roots, condition numbers up to 1e3
      assertClose(each.covariance(), after[0].covariance(), 1e-8);
    }
  }

  /** Without an iteration, of two classes. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void twoClassesMeetWhereTheIterationEnds(long seed) {
    Matrix a = Labelled.gaussians(seed, 60, 6, 2).fitter().covariance();
    Matrix b = Labelled.gaussians(seed + 100, 60, 6, 2).fitter().covariance().scaled(3);
    List<Matrix> found = PairTransports.of(a, b, 0.3).orElseThrow();
    List<Matrix> expected = Barycentre.transports(List.of(a, b), new double[] {0.7, 0.3});
    assertClose(found.get(0), expected.get(0), 1e-8);
    assertClose(found.get(1), expected.get(1), 1e-8);
    Matrix flat = Matrix.zeros(6, 6);
    assertThat(PairTransports.of(a, flat, 0.3)).isEmpty();
    assertThat(PairTransports.of(flat, b, 0.3)).isEmpty();
  }

  /**
   * Of condition numbers up to 1e10, in units of each direction's own spread: eigenvectors of a
   * product of both would have left no digit of the smallest.
   */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void twoClassesMeetInDirectionsThatHardlyVary(long seed) {
    double[] scales = {1, 1e-1, 1e-2, 1e-3, 3e-4, 1e-4};
    Matrix a = spread(Labelled.gaussians(seed, 60, 6, 2).fitter().covariance(), scales);
    Matrix b = spread(Labelled.gaussians(seed + 100, 60, 6, 2).fitter().covariance(), scales);
    List<Matrix> maps = PairTransports.of(a, b, 0.3).orElseThrow();
    double[] inverse = Arrays.stream(scales).map(scale -> 1 / scale).toArray();
    assertClose(
        spread(maps.get(0).times(a).times(maps.get(0)), inverse),
        spread(maps.get(1).times(b).times(maps.get(1)), inverse),
        1e-5);
  }

  /** The iteration ends where rounding is all that changes, and classes have become one. */
  @Test
  void threeClassesMeetThoughTheyAreIllConditioned() {
    double[] scales = {1, 1, 3e-2, 1e-2, 1e-3, 1e-4};
    List<Matrix> covariances =
        LongStream.range(0, 3)
            .mapToObj(i -> Labelled.gaussians(i, 60, 6, 2).fitter().covariance().scaled(1.0 + i))
            .map(each -> spread(each, scales))
            .toList();
    List<Matrix> maps = Barycentre.transports(covariances, new double[] {0.2, 0.3, 0.5});
    Matrix first = maps.get(0).times(covariances.get(0)).times(maps.get(0));
    for (int i = 1; i < 3; i++) {
      assertClose(maps.get(i).times(covariances.get(i)).times(maps.get(i)), first, 1e-12);
      // Classes of like shape: no direction is stretched or squeezed by much.
      assertThat(SymmetricEigen.of(maps.get(i)).value(5)).isGreaterThan(0.05);
    }
  }

  /** Variances of which the least is 1e-9 of the largest: squares of them would be rounding. */
  @Test
  void equalClassesStayWhereTheyAreThoughTheyAreIllConditioned() {
    int d = 32;
    double[] values = new double[d * d];
    for (int i = 0; i < d; i++) {
      values[i * d + i] = Math.pow(10, -9.0 * i / (d - 1));
    }
    Matrix rotation =
        SymmetricEigen.of(Labelled.gaussians(1, 200, d, 2).fitter().covariance()).vectors();
    Matrix covariance = rotation.transposeTimes(Matrix.of(d, d, values)).times(rotation);
    Matrix same = covariance.plus(covariance.transpose()).scaled(0.5);
    double[] ones = new double[d * d];
    for (int i = 0; i < d; i++) {
      ones[i * d + i] = 1;
    }
    for (Matrix map :
        Barycentre.transports(List.of(same, same, same), new double[] {0.2, 0.3, 0.5})) {
      assertClose(map, Matrix.of(d, d, ones), 1e-6);
    }
  }

  @Test
  void aSingularClassOfWhichRoundingTakesDirectionsIsRefused() {
    double[] scales = {1, 1, 1, 1, 1e-5, 0};
    List<Matrix> covariances =
        LongStream.range(0, 3)
            .mapToObj(i -> Labelled.gaussians(i, 60, 6, 2).fitter().covariance())
            .map(each -> spread(each, scales))
            .toList();
    assertThatExceptionOfType(ArithmeticException.class)
        .isThrownBy(() -> Barycentre.transports(covariances, new double[] {0.2, 0.3, 0.5}))
        .withMessageStartingWith(
            "a singular covariance has 5 directions of variance, of which rounding leaves 4: ");
  }

  private static Matrix spread(Matrix matrix, double[] scales) {
    double[] values = matrix.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= scales[i / scales.length] * scales[i % scales.length];
    }
    return Matrix.of(scales.length, scales.length, values);
  }

  /** Singular covariances: of one support, whose maps leave the rest out. */
  @Test
  void classesThatLackTheSameDirectionMeetInTheOthers() {
    double[] scales = {1, 1, 1, 1, 1, 0};
    List<Matrix> covariances =
        LongStream.range(0, 3)
            .mapToObj(i -> Labelled.gaussians(i, 60, 6, 2).fitter().covariance())
            .map(each -> spread(each, scales))
            .toList();
    List<Matrix> maps = Barycentre.transports(covariances, new double[] {0.2, 0.3, 0.5});
    Matrix first = maps.get(0).times(covariances.get(0)).times(maps.get(0));
    assertClose(maps.get(1).times(covariances.get(1)).times(maps.get(1)), first, 1e-12);
    assertThat(first.trace()).isPositive();
    assertThat(maps.get(2).row(5)).containsOnly(0);
    assertClose(
        Barycentre.transports(List.of(Matrix.zeros(2, 2), Matrix.zeros(2, 2)), new double[] {1, 0})
            .get(0),
        Matrix.zeros(2, 2),
        0);
  }

  @Test
  void refusesClassesThatHaveNoCovariance() {
    QuadraticFitter fitter = QuadraticFitter.of(2, 2);
    fitter.add(new double[] {1, 2}, 0);
    fitter.add(new double[] {2, 1}, 0);
    fitter.add(new double[] {2, 1}, 1);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fitter.eraser(ClassCovariance.SAMPLE, Centre.MEAN_OF_ROWS))
        .withMessage("Class 1 has 1 rows: at least 2 are needed");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> QuadraticFitter.of(2, 1))
        .withMessage("1 classes: at least 2 are needed");
  }

  private static int label(Labelled sample, int row) {
    int label = 0;
    while (sample.z().at(row, label) == 0) {
      label++;
    }
    return label;
  }

  /** Spread by its class, too. */
  private static double[] stretched(Labelled sample, int row) {
    double[] x = Matrix.of(1, 5, sample.x().row(row)).scaled(1 + label(sample, row)).toArray();
    x[0] *= 2 - label(sample, row) / 2.0;
    return x;
  }

  private static Safetensors open(String name) throws URISyntaxException {
    return Safetensors.open(
        Path.of(QuadraticTest.class.getResource("/golden/leace/" + name + ".safetensors").toURI()));
  }
}
