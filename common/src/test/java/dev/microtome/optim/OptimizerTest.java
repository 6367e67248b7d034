package dev.microtome.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class OptimizerTest {
  @Test
  void refusesConstantsOutOfRange() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdamW(1, 0.999, 1e-8, 0))
        .withMessage("beta1 is 1.0, expected a number from 0 to below 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new Adam(0.9, Double.NaN, 1e-8, 0, false))
        .withMessage("beta2 is NaN, expected a number from 0 to below 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new AdamW(0.9, 0.999, 1e-8, -1))
        .withMessage("weightDecay is -1.0, expected a number from 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new SgdNesterov(0, 0))
        .withMessage("momentum is 0, expected a number above 0");
  }

  @Test
  void withoutWeightDecayNothingElseChanges() {
    assertThat(new AdamW(0.8, 0.9, 1e-7, 0.1).withoutWeightDecay())
        .isEqualTo(new AdamW(0.8, 0.9, 1e-7, 0));
    assertThat(new Adam(0.8, 0.9, 1e-7, 0.1, true).withoutWeightDecay())
        .isEqualTo(new Adam(0.8, 0.9, 1e-7, 0, true));
    assertThat(new SgdNesterov(0.9, 0.1).withoutWeightDecay()).isEqualTo(new SgdNesterov(0.9, 0));
  }

  @Test
  void refusesGradientsOfAnotherNumber() {
    try (NDManager manager = NDManager.newBaseManager()) {
      NDArray parameter = manager.create(new float[] {1});
      OptimizerState state = AdamW.DEFAULT.start(Map.of("p", parameter), manager);

      assertThatIllegalArgumentException()
          .isThrownBy(() -> state.step(List.of(), 1e-3))
          .withMessage("0 gradients for 1 parameters");
    }
  }

  @Test
  void aNormOfNothingAndALimitOfZeroAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gradients.norm(List.of()))
        .withMessage("no gradients");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Gradients.clipInPlace(List.of(), 1, 0))
        .withMessage("maxNorm is 0.0, expected a number above 0");
  }

  @Test
  void theNormOfNotANumberIsNotANumber() {
    try (NDManager manager = NDManager.newBaseManager()) {
      assertThat(Gradients.norm(List.of(manager.create(new float[] {1, Float.NaN})))).isNaN();
    }
  }
}
