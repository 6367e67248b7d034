package dev.microtome.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointScheduleTest {
  @Test
  void aLogarithmicScheduleGrowsByAFactorFromEndToEnd() {
    assertThat(CheckpointSchedule.logarithmic(1, 1000, 4).steps())
        .containsExactly(1L, 10L, 100L, 1000L);
    assertThat(CheckpointSchedule.logarithmic(1, 8, 8).steps())
        .containsExactly(1L, 2L, 3L, 4L, 6L, 8L);
  }

  @Test
  void anIntervalBeginsWithTheUntrainedModel() {
    assertThat(CheckpointSchedule.every(4, 9).steps()).containsExactly(0L, 4L, 8L);
    assertThat(CheckpointSchedule.every(Long.MAX_VALUE - 1, Long.MAX_VALUE).steps())
        .containsExactly(0L, Long.MAX_VALUE - 1);
  }

  @Test
  void schedulesJoinWithoutRepetition() {
    CheckpointSchedule both =
        CheckpointSchedule.of(List.of(8L, 0L)).and(CheckpointSchedule.every(8, 16));

    assertThat(both.steps()).containsExactly(0L, 8L, 16L);
    assertThat(both.contains(16)).isTrue();
    assertThat(both.contains(15)).isFalse();
  }

  @Test
  void refusesWhatIsNoSchedule() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CheckpointSchedule.of(List.of(-1L)))
        .withMessage("checkpoint step is negative: -1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CheckpointSchedule.every(0, 9))
        .withMessage("checkpoint interval is 0, expected 1 or more");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CheckpointSchedule.logarithmic(0, 9, 3))
        .withMessage("log schedule from 0 to 9 in 3, expected 1 <= from <= to and 2 or more");
  }
}
