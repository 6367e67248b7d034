package dev.microtome.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import org.junit.jupiter.api.Test;

class CoefficientWarmUpTest {
  @Test
  void everyCoefficientEqualsSaeLenss() throws IOException {
    JsonNode schedules =
        new ObjectMapper()
            .readTree(OptimizerGoldenTest.golden("schedules.json").toFile())
            .get("coefficient");
    assertThat(schedules).hasSizeGreaterThan(2);
    for (JsonNode schedule : schedules) {
      CoefficientWarmUp coefficient =
          new CoefficientWarmUp(
              schedule.get("final_value").asDouble(), schedule.get("warm_up_steps").asLong());
      for (int step = 0; step < schedule.get("used_at_step").size(); step++) {
        assertThat(coefficient.at(step))
            .as("step %d of %s", step, coefficient)
            .isCloseTo(schedule.get("used_at_step").get(step).asDouble(), within(1e-15));
      }
    }
  }

  @Test
  void refusesNumbersThatMeanNothing() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CoefficientWarmUp(-1, 2))
        .withMessage("peak is -1.0, expected a number from 0");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CoefficientWarmUp(1, -2))
        .withMessage("steps are negative: -2");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CoefficientWarmUp(1, 2).at(-1))
        .withMessage("step is negative: -1");
  }
}
