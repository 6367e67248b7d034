package dev.microtome.dynamics;

import dev.microtome.run.InputException;

/**
 * The bump of a loss curve (Olsson et al. 2022): the loss, over the logarithm of the step, falls,
 * falls more slowly, and falls faster again. Speeds are −d loss / d ln step, in nats.
 *
 * @param plateauStep checkpoint between both descents at which the loss falls most slowly
 * @param descentStep checkpoint of the second descent at which it falls fastest
 * @param firstSpeed largest speed before the plateau
 * @param plateauSpeed speed at the plateau
 * @param secondSpeed largest speed behind it
 */
public record LossBump(
    long plateauStep,
    long descentStep,
    double firstSpeed,
    double plateauSpeed,
    double secondSpeed) {

  /**
   * The bump of a series of checkpoints: of all points the one whose speed lies deepest below the
   * largest speed on either side, by the lesser of both depths. A convex curve has one too, of
   * about no {@link #height}.
   *
   * @param steps increasing
   * @param slopes d loss / d ln step at each, such as the table {@code training_slopes} has them
   * @throws InputException if there are fewer than three, or a slope is not finite, as that of step
   *     0 is, which has no logarithm
   */
  public static LossBump of(long[] steps, double[] slopes) {
    if (steps.length != slopes.length) {
      throw new IllegalArgumentException(
          "%d steps and %d slopes".formatted(steps.length, slopes.length));
    }
    if (steps.length < 3) {
      throw new InputException(
          "the bump of a loss curve needs three checkpoints, there are %d".formatted(steps.length));
    }
    for (int i = 0; i < slopes.length; i++) {
      if (!Double.isFinite(slopes[i])) {
        throw new InputException(
            "the bump of a loss curve needs finite slopes, at step %d it is %s"
                .formatted(steps[i], slopes[i]));
      }
    }
    LossBump highest = null;
    for (int at = 1; at < steps.length - 1; at++) {
      int before = fastest(slopes, 0, at);
      int behind = fastest(slopes, at + 1, steps.length);
      LossBump bump =
          new LossBump(steps[at], steps[behind], -slopes[before], -slopes[at], -slopes[behind]);
      if (highest == null || bump.height() > highest.height()) {
        highest = bump;
      }
    }
    return highest;
  }

  /** How far the speed at the plateau lies below the lesser of both descents' speeds. */
  public double height() {
    return Math.min(firstSpeed, secondSpeed) - plateauSpeed;
  }

  private static int fastest(double[] slopes, int from, int to) {
    int fastest = from;
    for (int i = from; i < to; i++) {
      fastest = slopes[i] < slopes[fastest] ? i : fastest;
    }
    return fastest;
  }
}
