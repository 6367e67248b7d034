package dev.microtome.erasure;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.QuadraticFitter.Centre;
import dev.microtome.erasure.QuadraticFitter.ClassCovariance;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.ModelIdentity;
import dev.microtome.model.load.Dtype;
import dev.microtome.model.load.Safetensors;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files of erasers that need labels, applied as their numpy lines say, are concept-erasure's. */
class LabelledErasureTest {
  private static final String HOOK = "blocks.0.hook_mlp_out";
  private static final ConceptTargets COLOUR =
      new ConceptTargets(
          "colour",
          List.of(new ConceptTargets.LabelColumn("colour", List.of("red", "green", "blue"))));

  @TempDir private Path folder;

  /** erased = x - (z - mean_z) @ coefficients.T */
  @Test
  void anOracleFromItsFileIsConceptErasures() throws IOException, URISyntaxException {
    try (Safetensors inputs = open("inputs");
        Safetensors golden = open("oracle")) {
      Matrix x = matrix(inputs, "x");
      Matrix z = matrix(inputs, "z_onehot");
      LeaceFitter fitter = LeaceFitter.of(12, 3);
      fitter.add(x, z);
      OracleFit fit = fitter.oracle(SingularValueTolerance.DEFAULT);
      try (Safetensors file = written(new LabelledErasure(COLOUR, fit.eraser()))) {
        double[] centred = z.toArray();
        double[] mean = file.doubles("colour.mean_z");
        for (int i = 0; i < centred.length; i++) {
          centred[i] -= mean[i % 3];
        }
        Matrix moved =
            Matrix.of(256, 3, centred).timesTranspose(matrix(file, "colour.coefficients"));
        Matrix erased = x.plus(moved.scaled(-1));
        assertClose(erased, matrix(golden, "onehot.erased"), 1e-9);
        assertThat(fit.effect().squaredDistance())
            .isCloseTo(moved.inner(moved) / 256, within(1e-9));
        LeaceFitter after = LeaceFitter.of(12, 3);
        after.add(erased, z);
        assertThat(fit.effect().varianceAfter())
            .isCloseTo(after.covariance().trace() * 255 / 256, within(1e-9));
        assertThat(fit.effect().variance())
            .isCloseTo(fitter.covariance().trace() * 255 / 256, within(1e-9));
        assertThat(fit.crossCovarianceBefore()).isGreaterThan(0.1);
        assertThat(fit.crossCovarianceAfter()).isLessThan(1e-12);
        assertThat(fit.rank()).isEqualTo(2); // shares of three classes add up to 1
        assertThat(fit.effect().squaredDistance())
            .isLessThan(fitter.fit(EraserSettings.leace()).effect().squaredDistance());
      }
    }
  }

  /**
   * A class beside a number in the thousands: its variance is a hundred-millionth of the other's.
   */
  @Test
  void anOracleErasesTargetsOfAllUnits() {
    Labelled sample = Labelled.gaussians(3, 400, 6, 2);
    LeaceFitter fitter = LeaceFitter.of(6, 3);
    Random random = new Random(3);
    for (int row = 0; row < 400; row++) {
      double[] z = sample.z().row(row);
      double[] x = sample.x().row(row);
      double altitude = 5000 * random.nextGaussian();
      x[0] += altitude / 5000;
      fitter.add(x, z[0], z[1], altitude);
    }

    OracleFit fit = fitter.oracle(SingularValueTolerance.DEFAULT);

    assertThat(fit.rank()).isEqualTo(2);
    assertThat(fit.crossCovarianceBefore()).isGreaterThan(1000);
    // In the units of the altitude; of the classes it was 0.2 and more when they were left.
    assertThat(fit.crossCovarianceAfter()).isLessThan(1e-9);
  }

  /** erased = np.einsum("nij,nj->ni", maps[c], x - means[c]) + mean */
  @Test
  void aQuadraticEraserFromItsFileIsConceptErasures() throws IOException, URISyntaxException {
    try (Safetensors inputs = open("inputs");
        Safetensors golden = open("quadratic")) {
      Matrix x = matrix(inputs, "x");
      long[] labels = golden.longs("three.labels");
      QuadraticFitter fitter = QuadraticFitter.of(12, 3);
      for (int row = 0; row < labels.length; row++) {
        fitter.add(x.row(row), (int) labels[row]);
      }
      QuadraticFit fit = fitter.fit(ClassCovariance.SAMPLE, Centre.MEAN_OF_CLASSES);
      try (Safetensors file = written(new LabelledErasure(COLOUR, fit.eraser()))) {
        double[] maps = file.doubles("colour.transports");
        Matrix means = matrix(file, "colour.class_means");
        double[] mean = file.doubles("colour.mean");
        double[] erased = new double[256 * 12];
        for (int n = 0; n < 256; n++) {
          int c = (int) labels[n];
          for (int i = 0; i < 12; i++) {
            erased[n * 12 + i] = mean[i];
            for (int j = 0; j < 12; j++) {
              erased[n * 12 + i] += maps[(c * 12 + i) * 12 + j] * (x.at(n, j) - means.at(c, j));
            }
          }
        }
        // The reference's fixed point stops on its loss.
        assertThat(erased).containsExactly(golden.doubles("three.erased"), within(1e-6));
        assertEffect(fit, x, Matrix.of(256, 12, erased));
      }
    }
  }

  private static void assertEffect(QuadraticFit fit, Matrix x, Matrix erased) {
    assertThat(fit.effect().variance()).isCloseTo(variance(x, x), within(1e-9));
    assertThat(fit.effect().varianceAfter()).isCloseTo(variance(erased, x), within(1e-9));
    Matrix moved = erased.plus(x.scaled(-1));
    assertThat(fit.effect().squaredDistance()).isCloseTo(moved.inner(moved) / 256, within(1e-9));
    assertThat(fit.metrics())
        .containsEntry("rows", 256.0)
        .containsEntry("few_rows", 0.0)
        .containsEntry("squared_distance", fit.effect().squaredDistance());
  }

  /** Mean squared distance from the mean of other rows. */
  private static double variance(Matrix rows, Matrix others) {
    Matrix ones = Matrix.of(1, 256, IntStream.range(0, 256).mapToDouble(i -> 1).toArray());
    Matrix mean = ones.times(others).scaled(1 / 256.0);
    Matrix centred = rows.plus(ones.transpose().times(mean).scaled(-1));
    return centred.inner(centred) / 256;
  }

  @Test
  void aFileKeepsErasersOfAllKinds() throws IOException {
    Labelled sample = Labelled.gaussians(1, 60, 4, 3);
    LeaceFit leace = sample.fitter().fit(EraserSettings.leace());
    ConceptTargets place =
        new ConceptTargets(
            "mood/depth \"of\"",
            List.of(
                new ConceptTargets.LabelColumn("mood", List.of("é, \"x\"", "b")),
                new ConceptTargets.LabelColumn("depth", List.of())));
    EraserFile file =
        new EraserFile(
            HOOK,
            Optional.of(new ModelIdentity("tiny", "step-20", "0123abcd")),
            Map.of("gender", leace.eraser()),
            Map.of(
                "colour",
                quadratic(sample),
                "mood/depth \"of\"",
                new LabelledErasure(
                    place, sample.fitter().oracle(SingularValueTolerance.DEFAULT).eraser())));
    Path path = folder.resolve("erasers.safetensors");
    file.write(path);
    assertThat(EraserFile.read(path)).isEqualTo(file);
    assertThat(file.concepts()).containsExactly("colour", "gender", "mood/depth \"of\"");
  }

  private static LabelledErasure quadratic(Labelled sample) {
    QuadraticFitter fitter = QuadraticFitter.of(4, 3);
    for (int row = 0; row < 60; row++) {
      fitter.add(sample.x().row(row), row % 3);
    }
    return new LabelledErasure(COLOUR, fitter.eraser(ClassCovariance.SAMPLE, Centre.MEAN_OF_ROWS));
  }

  /** Of 60 rows 40, 10 and 10: the mean of the class means is another one. */
  @Test
  void theMeanOfAllRowsStaysWhereItIs() {
    Labelled sample = Labelled.gaussians(4, 60, 4, 3);
    QuadraticFitter fitter = QuadraticFitter.of(4, 3);
    double[] mean = new double[4];
    for (int row = 0; row < 60; row++) {
      fitter.add(sample.x().row(row), row < 40 ? 0 : 1 + row % 2);
      for (int i = 0; i < 4; i++) {
        mean[i] += sample.x().at(row, i) / 60;
      }
    }
    assertThat(fitter.eraser(ClassCovariance.SAMPLE, Centre.MEAN_OF_ROWS).target())
        .containsExactly(mean, within(1e-12));
    assertThat(fitter.eraser(ClassCovariance.SAMPLE, Centre.MEAN_OF_CLASSES).target())
        .doesNotContain(mean, within(1e-3));
  }

  @Test
  void activationsInAnyOrderAreMovedByTheirLabels() {
    LabelledErasure erasure = quadratic(Labelled.gaussians(2, 60, 4, 3));
    List<float[]> rows = List.of(new float[] {1, 2, 3, 4}, new float[] {4, 3, 2, 1});
    List<float[]> both = erasure.apply(rows, List.of(List.of("blue"), List.of("red")));
    QuadraticEraser eraser = (QuadraticEraser) erasure.eraser();
    // Cast to float32
    assertThat(both.get(0))
        .containsExactly(floats(eraser.apply(new double[] {1, 2, 3, 4}, 2)), within(1e-5f));
    assertThat(both.get(1))
        .containsExactly(floats(eraser.apply(new double[] {4, 3, 2, 1}, 0)), within(1e-5f));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> erasure.apply(rows, List.of(List.of("blue"), List.of("pink"))))
        .withMessage("value 'pink' is none of the 3 classes");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> erasure.apply(rows, List.of(List.of("blue"), List.of("red", "2"))))
        .withMessage("the label is of 2 columns, expected [colour]");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> erasure.apply(List.of(new float[5]), List.of(List.of("red"))))
        .withMessage("Activations of 5 numbers for an eraser of 4");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> eraser.apply(Matrix.zeros(1, 4), Matrix.zeros(1, 3)))
        .withMessage("Targets [0.0, 0.0, 0.0] name none of 3 classes");
  }

  private static float[] floats(double[] values) {
    float[] floats = new float[values.length];
    for (int i = 0; i < values.length; i++) {
      floats[i] = (float) values[i];
    }
    return floats;
  }

  @Test
  void refusesFilesWhoseTargetsDoNotFit() throws IOException {
    Path path = folder.resolve("erasers.safetensors");
    write("[{", path);
    refused(path, "the metadata 'colour.targets' is no JSON");
    write("[{\"name\": \"colour\", \"classes\": [\"a\", \"b\", \"c\"]}]", path);
    refused(path, "concept 'colour' has 3 targets, its eraser 2");
  }

  private static void write(String targets, Path path) throws IOException {
    new SafetensorsWriter()
        .metadata("hook", HOOK)
        .metadata("colour.targets", targets)
        .tensor("colour.coefficients", Dtype.F64, 1, 2)
        .tensor("colour.mean_z", Dtype.F64, 2)
        .write(path, out -> out.doubles(1, 2, 3, 4));
  }

  private static void refused(Path path, String message) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> EraserFile.read(path))
        .withMessageContaining(message);
  }

  private Safetensors written(LabelledErasure erasure) throws IOException {
    Path path = folder.resolve("erasers.safetensors");
    new EraserFile(HOOK, Optional.empty(), Map.of(), Map.of("colour", erasure)).write(path);
    return Safetensors.open(path);
  }

  private static Safetensors open(String name) throws URISyntaxException {
    return Safetensors.open(
        Path.of(
            LabelledErasureTest.class
                .getResource("/golden/leace/" + name + ".safetensors")
                .toURI()));
  }

  private static Matrix matrix(Safetensors file, String name) {
    int[] shape = file.tensor(name).shape().stream().mapToInt(Math::toIntExact).toArray();
    assertThat(shape).as(name + " " + Arrays.toString(shape)).hasSize(2);
    return Matrix.of(shape[0], shape[1], file.doubles(name));
  }
}
