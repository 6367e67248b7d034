package dev.microtome.optim;

import java.io.Serializable;

/**
 * The learning rate of every step of a run: a warm-up, a middle, and a linear decay to 0.
 *
 * <p>Step s counts from 0. Warm-up: peak·(s+1)/warmUp, so that the step warmUp − 1 has the peak.
 * Then constant at the peak, or down to {@code end} along half a cosine (Loshchilov and Hutter
 * 2017), once or in {@code cycles} equal pieces that each begin at the peak. The last {@code decay}
 * steps fall in equal pieces from the peak, or from {@code end} after a cosine, to 0, which the
 * step after the last would have. The same as SAELens's schedules.
 *
 * @param steps of the run
 * @param cycles of the cosine; the middle without one is constant
 * @param end of a cosine
 */
public record LearningRate(
    double peak, long steps, long warmUp, Middle middle, double end, int cycles, long decay)
    implements Serializable {

  /** What is between warm-up and decay. */
  public enum Middle {
    CONSTANT,
    COSINE
  }

  /**
   * Checks the numbers.
   *
   * @throws IllegalArgumentException if one is negative, the pieces are longer than the run, or the
   *     cycles do not fit
   */
  public LearningRate {
    Optimizer.requireNotNegative("peak", peak);
    Optimizer.requireNotNegative("end", end);
    if (steps < 1 || warmUp < 0 || decay < 0 || warmUp > steps - decay) {
      throw new IllegalArgumentException(
          "%d steps of warm-up and %d of decay in a run of %d".formatted(warmUp, decay, steps));
    }
    if (cycles < 1 || (middle == Middle.CONSTANT && cycles > 1)) {
      throw new IllegalArgumentException("cycles is %d with a %s middle".formatted(cycles, middle));
    }
  }

  /** Begins with a constant rate. */
  public static Builder builder(double peak, long steps) {
    return new Builder(peak, steps);
  }

  /** The rate in force during a step, from 0; the limit of the schedule from {@link #steps} on. */
  public double at(long step) {
    if (step < 0) {
      throw new IllegalArgumentException("step is negative: " + step);
    }
    if (step < warmUp) {
      return peak * (step + 1) / warmUp;
    }
    long decaysFrom = steps - decay;
    if (step < decaysFrom || decay == 0) {
      return middle == Middle.CONSTANT ? peak : cosine(Math.min(step, decaysFrom));
    }
    double from = middle == Middle.CONSTANT ? peak : end;
    return from * Math.max(0, steps - step) / decay;
  }

  private double cosine(long step) {
    double length = (double) (steps - warmUp - decay) / cycles;
    if (length == 0) {
      return end;
    }
    double done = (step - warmUp) / length;
    double phase = step == steps - decay ? 1 : done - Math.floor(done);
    return end + (peak - end) * (1 + StrictMath.cos(Math.PI * phase)) / 2;
  }

  /** Collects the pieces of a schedule. */
  public static final class Builder {
    private final double peak;
    private final long steps;
    private long warmUp;
    private Middle middle = Middle.CONSTANT;
    private double end;
    private int cycles = 1;
    private long decay;

    private Builder(double peak, long steps) {
      this.peak = peak;
      this.steps = steps;
    }

    public Builder warmUp(long newSteps) {
      warmUp = newSteps;
      return this;
    }

    /** Falls along half a cosine. */
    public Builder cosineTo(double newEnd) {
      middle = Middle.COSINE;
      end = newEnd;
      return this;
    }

    /** Falls as often as that, each time from the peak. */
    public Builder restarting(int newCycles) {
      cycles = newCycles;
      return this;
    }

    /** Falls linearly to 0 over the last steps. */
    public Builder decay(long lastSteps) {
      decay = lastSteps;
      return this;
    }

    /** Falls linearly to 0 from the end of the warm-up on. */
    public Builder decay() {
      decay = steps - warmUp;
      return this;
    }

    public LearningRate build() {
      return new LearningRate(peak, steps, warmUp, middle, end, cycles, decay);
    }
  }
}
