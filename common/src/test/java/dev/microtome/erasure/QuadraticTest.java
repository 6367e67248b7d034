package dev.microtome.erasure;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.QuadraticFitter.Centre;
import dev.microtome.erasure.QuadraticFitter.ClassCovariance;
import dev.microtome.linalg.Matrix;
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
    List<Matrix> expected = QuadraticFitter.iterated(List.of(a, b), new double[] {0.7, 0.3});
    assertClose(found.get(0), expected.get(0), 1e-9); // the iteration stops at 1e-11
    assertClose(found.get(1), expected.get(1), 1e-9);
    Matrix flat = Matrix.zeros(6, 6);
    assertThat(PairTransports.of(a, flat, 0.3)).isEmpty();
    assertThat(PairTransports.of(flat, b, 0.3)).isEmpty();
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
