package dev.microtome.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LearningRateTest {
  static List<JsonNode> schedules() throws IOException {
    List<JsonNode> all = new ArrayList<>();
    new ObjectMapper()
        .readTree(OptimizerGoldenTest.golden("schedules.json").toFile())
        .get("learning_rate")
        .forEach(all::add);
    return all;
  }

  @ParameterizedTest
  @MethodSource("schedules")
  void everyRateEqualsSaeLenss(JsonNode golden) {
    LearningRate.Builder builder =
        LearningRate.builder(golden.get("lr").asDouble(), golden.get("training_steps").asLong())
            .warmUp(golden.get("warm_up_steps").asLong())
            .decay(golden.get("decay_steps").asLong());
    if (golden.get("scheduler").asText().startsWith("cosine")) {
      builder
          .cosineTo(golden.get("lr_end").asDouble())
          .restarting(golden.get("num_cycles").asInt());
    }
    LearningRate rate = builder.build();

    JsonNode used = golden.get("lr_used_at_step");
    for (int step = 0; step < used.size(); step++) {
      assertThat(rate.at(step))
          .as("step %d", step)
          .isCloseTo(used.get(step).asDouble(), within(1e-12));
    }
    assertThat(rate.at(used.size()))
        .isCloseTo(golden.get("lr_after_last_step").asDouble(), within(1e-12));
  }

  @Test
  void aDecayWithoutALengthBeginsAfterTheWarmUp() {
    LearningRate rate = LearningRate.builder(1, 6).warmUp(2).decay().build();

    assertThat(List.of(rate.at(0), rate.at(1), rate.at(2), rate.at(3), rate.at(5), rate.at(9)))
        .containsExactly(0.5, 1.0, 1.0, 0.75, 0.25, 0.0);
  }

  @Test
  void refusesPiecesLongerThanTheRun() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.builder(1, 6).warmUp(4).decay(3).build())
        .withMessage("4 steps of warm-up and 3 of decay in a run of 6");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.builder(1, 6).restarting(2).build())
        .withMessage("cycles is 2 with a CONSTANT middle");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LearningRate.builder(1, 6).build().at(-1))
        .withMessage("step is negative: -1");
  }
}
