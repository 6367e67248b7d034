package dev.microtome.sae;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.model.Torch;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Losses, features and gradients of one step of every architecture against SAELens 6.54.12. */
class SaeGradientsGoldenTest {
  // Float32 sums in another order; SAELens's own float32 is up to 1.0e-5 from its float64.
  private static final double LOSS32 = 1e-5; // relative
  private static final double ARRAY32 = 2e-5;
  private static final double LOSS64 = 1e-11; // relative
  private static final double ARRAY64 = 1e-11;

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "standard",
        "standard-no-b_dec-lp2",
        "gated",
        "topk",
        "topk-no-rescale",
        "batchtopk",
        "matryoshka",
        "matryoshka-level-aux",
        "jumprelu-step",
        "jumprelu-tanh",
        "jumprelu-quadratic"
      })
  void everyPartAndGradientEqualsSaeLenss(String name) {
    try (GoldenSae golden = GoldenSae.step(name);
        NDManager manager = NDManager.newBaseManager()) {
      SaeLosses single = losses(golden, DataType.FLOAT32, manager);
      compare(golden, single, "loss", "grad.", LOSS32, ARRAY32);
      assertThat(doubles(single.features()))
          .containsExactly(golden.file().doubles("feature_acts"), within(ARRAY32));
      assertThat(doubles(single.reconstruction()))
          .containsExactly(golden.file().doubles("sae_out"), within(ARRAY32));
      assertSameOnesActive(doubles(single.features()), golden.file().doubles("feature_acts"));

      SaeLosses twice = losses(golden, DataType.FLOAT64, manager);
      compare(golden, twice, "loss_f64", "grad_f64.", LOSS64, ARRAY64);
    }
  }

  private static SaeLosses losses(GoldenSae golden, DataType type, NDManager manager) {
    Map<String, NDArray> parameters = golden.parameters("parameter.", type, manager);
    return new SaeGradients(golden.config(), parameters, manager)
        .of(golden.batch("x", "dead_mask", type, manager), GoldenSae.sparsity(golden.json()));
  }

  private static void compare(
      GoldenSae golden,
      SaeLosses losses,
      String loss,
      String gradient,
      double lossTolerance,
      double arrayTolerance) {
    JsonNode parts = golden.json().get("losses");
    Map<String, Double> actual = new LinkedHashMap<>();
    losses.parts().forEach((part, value) -> actual.put(saeLensName(part), value));
    assertThat(parts).hasSize(actual.size());
    actual.forEach(
        (part, value) -> {
          double expected = golden.file().doubles(loss + "." + part)[0];
          System.out.printf(
              "LOSS %s %.2e%n",
              loss, Math.abs(value - expected) / Math.max(1e-30, Math.abs(expected)));
          assertThat(value)
              .as(part)
              .isCloseTo(expected, within(lossTolerance * Math.abs(expected)));
        });
    double total = golden.file().doubles(loss)[0];
    assertThat(losses.total()).isCloseTo(total, within(lossTolerance * total));
    List<String> names = new ArrayList<>(golden.config().parameters().keySet());
    for (int i = 0; i < names.size(); i++) {
      double[] expected = golden.file().doubles(gradient + names.get(i));
      // SAELens keeps thresholds, and so their gradients, in float32 even in a float64 model.
      double tolerance =
          names.get(i).equals("threshold") ? Math.max(2e-7, arrayTolerance) : arrayTolerance;
      assertThat(doubles(losses.gradients().get(i)))
          .as(names.get(i))
          .containsExactly(expected, within(tolerance));
      System.out.printf(
          "GOLD %s %.2e%n", loss, maxDiff(doubles(losses.gradients().get(i)), expected));
    }
  }

  static double maxDiff(double[] a, double[] b) {
    double m = 0;
    for (int i = 0; i < a.length; i++) m = Math.max(m, Math.abs(a[i] - b[i]));
    return m;
  }

  private static String saeLensName(String part) {
    if (part.startsWith("inner_mse_")) {
      return part.replace("inner_mse_", "inner_mse_loss_");
    }
    return part.equals("auxiliary") ? "auxiliary_reconstruction_loss" : part + "_loss";
  }

  static void assertSameOnesActive(double[] actual, double[] expected) {
    for (int i = 0; i < expected.length; i++) {
      assertThat(actual[i] > 0).as("element %d", i).isEqualTo(expected[i] > 0);
    }
  }

  static double[] doubles(NDArray array) {
    try (NDArray wide = array.toType(DataType.FLOAT64, true)) {
      return wide.toDoubleArray();
    }
  }
}
