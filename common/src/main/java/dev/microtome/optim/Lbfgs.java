package dev.microtome.optim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * Minimises a smooth convex function of many numbers by L-BFGS: the inverse Hessian is that of the
 * last steps, applied by two loops over them, and a step is halved until it descends enough
 * (Armijo), or, where values differ by rounding alone, until the slopes say so (the approximate
 * condition of Hager and Zhang 2005). Of a strictly convex function every step then has positive
 * curvature, so that no other condition is needed. Memory: 2·{@link #memory} vectors.
 *
 * @param memory steps remembered
 * @param maxIterations steps at most
 * @param tolerance the norm of the gradient at which to stop, as a share of that at the start
 * @see <a href="https://doi.org/10.1007/BF01589116">Liu and Nocedal 1989</a>
 */
public record Lbfgs(int memory, int maxIterations, double tolerance) {
  private static final double ARMIJO = 1e-4;
  private static final double ROUNDING = 1e-13;
  private static final int MAX_HALVINGS = 40;

  /** Ten steps remembered, a thousand made at most, to the billionth part of the gradient. */
  public static final Lbfgs DEFAULT = new Lbfgs(10, 1000, 1e-9);

  public Lbfgs {
    if (memory < 1 || maxIterations < 1) {
      throw new IllegalArgumentException(
          "memory %d and maxIterations %d must be positive".formatted(memory, maxIterations));
    }
    Optimizer.requireFraction("tolerance", tolerance);
  }

  /** The function. */
  @FunctionalInterface
  public interface Objective {
    /** Value and gradient at a point, which is not kept. */
    Point at(double[] point);
  }

  /** Where a function is, how large it is there, and how it rises. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not compared
  public record Point(double[] at, double value, double[] gradient) {}

  /**
   * What was found.
   *
   * @param converged whether the gradient became small enough; if not, steps ran out or no step
   *     descends any more
   */
  public record Minimum(Point point, int iterations, boolean converged) {}

  /** A step and what it did to the gradient. */
  @SuppressWarnings("ArrayRecordComponent") // of one call
  private record Pair(double[] step, double[] change, double inverseCurvature) {}

  /** Searches from a point. */
  public Minimum minimise(double[] start, Objective objective) {
    Point point = objective.at(start.clone());
    double enough = tolerance * norm(point.gradient());
    Deque<Pair> pairs = new ArrayDeque<>();
    int iteration = 0;
    while (norm(point.gradient()) > enough && iteration < maxIterations) {
      double[] direction = direction(point.gradient(), pairs);
      double slope = dot(direction, point.gradient());
      if (!(slope < 0)) {
        break;
      }
      Point next = step(point, direction, slope, objective);
      if (next == null) {
        break;
      }
      double[] moved = difference(next.at(), point.at());
      double[] change = difference(next.gradient(), point.gradient());
      double curvature = dot(moved, change);
      if (curvature > 0) {
        if (pairs.size() == memory) {
          pairs.removeFirst();
        }
        pairs.addLast(new Pair(moved, change, 1 / curvature));
      }
      point = next;
      iteration++;
    }
    return new Minimum(point, iteration, norm(point.gradient()) <= enough);
  }

  private static Point step(Point from, double[] direction, double slope, Objective objective) {
    double length = 1;
    for (int halving = 0; halving < MAX_HALVINGS; halving++) {
      double[] at = from.at().clone();
      for (int i = 0; i < at.length; i++) {
        at[i] += length * direction[i];
      }
      Point next = objective.at(at);
      double rise = next.value() - from.value();
      boolean descends = rise <= ARMIJO * length * slope;
      boolean flat =
          Math.abs(rise) <= ROUNDING * Math.abs(from.value())
              && dot(next.gradient(), direction) <= (2 * ARMIJO - 1) * slope;
      if (descends || flat) {
        return next;
      }
      length /= 2;
    }
    return null;
  }

  /** Minus the inverse Hessian times the gradient. */
  private static double[] direction(double[] gradient, Deque<Pair> pairs) {
    double[] result = gradient.clone();
    double[] shares = new double[pairs.size()];
    int i = pairs.size();
    for (Iterator<Pair> newest = pairs.descendingIterator(); newest.hasNext(); ) {
      Pair pair = newest.next();
      i--;
      shares[i] = pair.inverseCurvature() * dot(pair.step(), result);
      add(result, -shares[i], pair.change());
    }
    if (!pairs.isEmpty()) {
      Pair last = pairs.getLast();
      scale(result, 1 / (last.inverseCurvature() * dot(last.change(), last.change())));
    }
    for (Pair pair : pairs) {
      double back = pair.inverseCurvature() * dot(pair.change(), result);
      add(result, shares[i] - back, pair.step());
      i++;
    }
    scale(result, -1);
    return result;
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static double norm(double[] a) {
    return Math.sqrt(dot(a, a));
  }

  private static void add(double[] to, double factor, double[] other) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * other[i];
    }
  }

  private static void scale(double[] values, double factor) {
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
    }
  }

  private static double[] difference(double[] a, double[] b) {
    double[] result = a.clone();
    add(result, -1, b);
    return result;
  }
}
