package dev.microtome.dynamics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class TrajectoryTest {
  /** East for 50 steps, then north for 50, with noise in each step that a neighbour would see. */
  @Test
  void theSharpestTurnIsTheCornerAndNotTheNoise() {
    Random random = new Random(1);
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i <= 100; i++) {
      points.add(
          new double[] {
            Math.min(i, 50) + 0.1 * random.nextGaussian(),
            Math.max(0, i - 50) + 0.1 * random.nextGaussian()
          });
    }

    Trajectory.Turn turn = new Trajectory(steps(101), points).sharpestTurn();

    assertThat(turn.step()).isBetween(48L, 52L);
    assertThat(turn.leaves()).isBetween(57L, 60L); // a tenth of 50·√2 away
    assertThat(turn.degrees()).isCloseTo(90, within(6.0)); // a reach of 7 and noise of 0.1
  }

  @Test
  void aPathThatRestsAtItsTurnLeavesItWhereItGoesOn() {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i <= 100; i++) {
      points.add(new double[] {Math.min(i, 20), Math.max(0, i - 80)});
    }

    Trajectory.Turn turn = new Trajectory(steps(101), points).sharpestTurn();

    assertThat(turn.step()).isBetween(20L, 80L);
    assertThat(turn.leaves()).isEqualTo(83);
    assertThat(turn.degrees()).isEqualTo(90);
  }

  @Test
  void aStraightPathTurnsByNothingHoweverUnevenItsSteps() {
    List<double[]> points = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      points.add(new double[] {i * i, 2.0 * i * i, -i * i});
    }
    assertThat(new Trajectory(steps(40), points).sharpestTurn().degrees())
        .isCloseTo(0, within(1e-5)); // an arccosine near 1 knows half the digits
  }

  @Test
  void pathsPartWhereTheirDistanceGrows() {
    List<double[]> straight = new ArrayList<>();
    List<double[]> turning = new ArrayList<>();
    for (int i = 0; i <= 40; i++) {
      straight.add(new double[] {i, 0.5});
      turning.add(new double[] {i, i <= 20 ? 0 : Math.min(10, i - 20)});
    }

    Transition parting =
        new Trajectory(steps(41), turning).partingFrom(new Trajectory(steps(41), straight));

    assertThat(parting.before()).isEqualTo(0.5);
    assertThat(parting.after()).isEqualTo(9.5);
    assertThat(parting.middle()).isBetween(25.0, 26.0);
  }

  @Test
  void refusesPathsThatCannotBeCompared() {
    List<double[]> still = List.of(new double[] {1, 1}, new double[] {1, 1}, new double[] {1, 1});
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> new Trajectory(steps(3), still).sharpestTurn())
        .withMessage(
            "no turn: none of 3 checkpoints has others before and behind it that are a tenth of the extent away");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () ->
                new Trajectory(steps(3), still)
                    .partingFrom(new Trajectory(new long[] {0, 1, 4}, still)))
        .withMessage("trajectories of different steps: [0, 1, 2] and [0, 1, 4]");
  }

  private static long[] steps(int count) {
    return LongStream.range(0, count).toArray();
  }
}
