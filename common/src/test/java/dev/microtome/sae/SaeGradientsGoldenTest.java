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
  private static final double LOSS32 = 1e-5; // relative; saw 1.3e-7
  private static final double ARRAY32 = 2e-5; // saw 3.8e-6
  private static final double LOSS64 = 1e-11; // relative; saw 2.2e-16
  private static final double ARRAY64 = 1e-11; // saw 1.1e-14

  /** SAELens keeps thresholds, and so their gradients, in float32 even in a float64 model. */
  private static final double THRESHOLD64 = 2e-7; // saw 5.1e-8

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
      double[] features = GoldenSae.doubles(single.features());
      double[] expected = golden.file().doubles("feature_acts");
      assertThat(features).containsExactly(expected, within(ARRAY32));
      GoldenSae.assertSameOnesActive(features, expected);
      assertThat(GoldenSae.doubles(single.reconstruction()))
          .containsExactly(golden.file().doubles("sae_out"), within(ARRAY32));

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
    losses.parts().forEach((part, value) -> actual.put(GoldenSae.saeLensName(part), value));
    assertThat(parts).hasSize(actual.size());
    actual.forEach(
        (part, value) -> {
          double expected = golden.file().doubles(loss + "." + part)[0];
          assertThat(value)
              .as(part)
              .isCloseTo(expected, within(lossTolerance * Math.abs(expected)));
        });
    double total = golden.file().doubles(loss)[0];
    assertThat(losses.total()).isCloseTo(total, within(lossTolerance * total));
    List<String> names = new ArrayList<>(golden.config().parameters().keySet());
    for (int i = 0; i < names.size(); i++) {
      double tolerance =
          names.get(i).equals("threshold") ? Math.max(THRESHOLD64, arrayTolerance) : arrayTolerance;
      double[] expected = golden.file().doubles(gradient + names.get(i));
      assertThat(GoldenSae.doubles(losses.gradients().get(i)))
          .as(names.get(i))
          .containsExactly(expected, within(tolerance));
    }
  }
}
