package dev.microtome.erasure;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.load.Safetensors;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Against concept-erasure 0.2.4 in float64; see golden/leace/README.md. */
class LeaceGoldenTest {
  private static final SingularValueTolerance REFERENCE = SingularValueTolerance.absolute(0.01);

  /** Rounding of sums in another order, times the condition number of the covariance. */
  @ParameterizedTest
  @CsvSource({
    "onehot-affine, x, z_onehot, 1e-9",
    "onehot-defaults, x, z_onehot, 1e-9",
    "onehot-not-affine, x, z_onehot, 1e-9",
    "onehot-orth, x, z_onehot, 1e-9",
    "continuous-affine, x, z_continuous, 1e-9",
    "continuous-defaults, x, z_continuous, 1e-9",
    "small-targets-affine, x, small, 1e-9",
    "small-targets-tolerance, x, small, 1e-9",
    "ill-conditioned-affine, x_ill_conditioned, z_ill_conditioned, 1e-7",
    "ill-conditioned-defaults, x_ill_conditioned, z_ill_conditioned, 1e-7",
    "rank-deficient-affine, x_rank_deficient, z_rank_deficient, 1e-9",
  })
  void isConceptErasures(String name, String activations, String targets, double tolerance)
      throws URISyntaxException {
    try (Safetensors inputs = open("inputs");
        Safetensors golden = open(name)) {
      Matrix x = matrix(inputs, activations);
      Matrix z =
          targets.equals("small")
              ? matrix(inputs, "z_continuous").scaled(1e-4)
              : matrix(inputs, targets);
      LeaceFitter fitter = fitter(x, z);
      assertThat(fitter.meanX()).containsExactly(golden.doubles("mean_x"), within(tolerance));
      assertThat(fitter.meanZ()).containsExactly(golden.doubles("mean_z"), within(tolerance));
      assertClose(fitter.crossCovariance(), matrix(golden, "sigma_xz"), tolerance);
      if (name.endsWith("affine")) {
        assertClose(fitter.covariance(), matrix(golden, "sigma_xx"), tolerance);
      }

      LeaceEraser eraser = fitter.eraser(settings(name));

      assertClose(eraser.projection(), matrix(golden, "P"), tolerance);
      assertClose(eraser.apply(x), matrix(golden, "erased"), tolerance);
      // "defaults" and "orth" are made with constrain_cov_trace, the others without.
      assertThat(fitter.eraser(settings(name).constrained())).isEqualTo(eraser);
    }
  }

  private static EraserSettings settings(String name) {
    EraserSettings settings =
        name.endsWith("orth") ? EraserSettings.orthogonal() : EraserSettings.leace();
    if (name.endsWith("not-affine")) {
      settings = settings.throughZero();
    }
    if (name.endsWith("defaults")) {
      settings = settings.shrunk();
    }
    return settings.tolerating(
        name.endsWith("tolerance") ? SingularValueTolerance.absolute(1e-8) : REFERENCE);
  }

  /** The default tolerance does not know the units: what small units hide from 0.01 is erased. */
  @ParameterizedTest
  @ValueSource(doubles = {1e-4, 1, 1e6})
  void targetsInAnyUnitsAreErased(double unit) throws URISyntaxException {
    try (Safetensors inputs = open("inputs");
        Safetensors golden = open("small-targets-tolerance")) {
      LeaceFitter fitter = fitter(matrix(inputs, "x"), matrix(inputs, "z_continuous").scaled(unit));
      assertClose(fitter.eraser(EraserSettings.leace()).projection(), matrix(golden, "P"), 1e-9);
    }
  }

  @Test
  void batchesMergeToTheWhole() throws URISyntaxException {
    try (Safetensors inputs = open("inputs");
        Safetensors golden = open("onehot-affine")) {
      Matrix x = matrix(inputs, "x");
      Matrix z = matrix(inputs, "z_onehot");
      LeaceFitter merged = LeaceFitter.of(x.columns(), z.columns());
      int from = 0;
      for (long size : inputs.longs("batch_sizes")) {
        int to = from + (int) size;
        merged.merge(fitter(x.rows(from, to), z.rows(from, to)));
        from = to;
      }
      assertThat(merged.rows()).isEqualTo(x.rows());
      assertClose(
          merged.eraser(EraserSettings.leace().tolerating(REFERENCE)).projection(),
          matrix(golden, "P"),
          1e-9);
    }
  }

  @ParameterizedTest
  @CsvSource({"x, 256", "x_ill_conditioned, 256", "x_rank_deficient, 9"})
  void shrinkageIsConceptErasures(String name, int rows) throws URISyntaxException {
    try (Safetensors golden = open("shrinkage")) {
      Matrix sample = matrix(golden, name + ".sample");
      assertClose(
          Shrinkage.of(sample, rows).apply(sample), matrix(golden, name + ".shrunk"), 1e-12);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"onehot", "continuous"})
  void oracleIsConceptErasures(String name) throws URISyntaxException {
    try (Safetensors inputs = open("inputs");
        Safetensors golden = open("oracle")) {
      Matrix x = matrix(inputs, "x");
      Matrix z = matrix(inputs, "z_" + name);
      LeaceFitter fitter = fitter(x, z);
      assertClose(fitter.targetCovariance(), matrix(golden, name + ".sigma_zz"), 1e-12);
      for (SingularValueTolerance tolerance : List.of(REFERENCE, SingularValueTolerance.DEFAULT)) {
        OracleEraser eraser = fitter.oracle(tolerance).eraser();
        assertClose(eraser.coefficients(), matrix(golden, name + ".coef"), 1e-9);
        assertClose(eraser.apply(x, z), matrix(golden, name + ".erased"), 1e-9);
      }
    }
  }

  private static LeaceFitter fitter(Matrix x, Matrix z) {
    LeaceFitter fitter = LeaceFitter.of(x.columns(), z.columns());
    fitter.add(x, z);
    return fitter;
  }

  private static Safetensors open(String name) throws URISyntaxException {
    return Safetensors.open(
        Path.of(
            LeaceGoldenTest.class.getResource("/golden/leace/" + name + ".safetensors").toURI()));
  }

  private static Matrix matrix(Safetensors file, String name) {
    List<Long> shape = file.tensor(name).shape();
    return Matrix.of(
        Math.toIntExact(shape.get(0)), Math.toIntExact(shape.get(1)), file.doubles(name));
  }
}
