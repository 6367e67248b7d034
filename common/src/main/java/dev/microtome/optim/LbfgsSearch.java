package dev.microtome.optim;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * A search by {@link Lbfgs} that says where it wants the function next and is told its value and
 * gradient there: for functions that are sums over rows elsewhere, and for many searches whose
 * evaluations share a pass over them. The same answers lead to the same bits.
 */
public final class LbfgsSearch {
  private static final double ARMIJO = 1e-4;
  private static final double ROUNDING = 1e-13;
  private static final int MAX_HALVINGS = 40;

  private final Lbfgs settings;
  private final Deque<Pair> pairs = new ArrayDeque<>();
  private double[] wanted;
  private Lbfgs.Point point;
  private double enough;
  private int iteration;
  private double[] direction;
  private double slope;
  private double length;
  private int halving;

  /** A step and what it did to the gradient. */
  @SuppressWarnings("ArrayRecordComponent") // of one search
  private record Pair(double[] step, double[] change, double inverseCurvature) {}

  /** Begins at a point. */
  public LbfgsSearch(Lbfgs settings, double[] start) {
    this.settings = settings;
    wanted = start.clone();
  }

  /** Whether the search has ended. */
  public boolean isDone() {
    return wanted == null;
  }

  /**
   * A copy of the point at which the function is to be told.
   *
   * @throws IllegalStateException if the search has ended
   */
  public double[] wanted() {
    if (wanted == null) {
      throw new IllegalStateException("The search has ended");
    }
    return wanted.clone();
  }

  /** What was found; while the search goes on, the best so far. */
  public Lbfgs.Minimum minimum() {
    return new Lbfgs.Minimum(point, iteration, norm(point.gradient()) <= enough);
  }

  /**
   * Takes the value and the gradient at {@link #wanted}.
   *
   * @throws IllegalStateException if the search has ended
   */
  public void tell(Lbfgs.Point next) {
    if (wanted == null) {
      throw new IllegalStateException("The search has ended");
    }
    if (point == null) {
      point = next;
      enough = settings.tolerance() * norm(next.gradient());
      advance();
    } else if (descends(next)) {
      remember(next);
      point = next;
      iteration++;
      advance();
    } else {
      length /= 2;
      halving++;
      wanted = halving < MAX_HALVINGS ? along(length) : null;
    }
  }

  private boolean descends(Lbfgs.Point next) {
    double rise = next.value() - point.value();
    boolean flat =
        Math.abs(rise) <= ROUNDING * Math.abs(point.value())
            && dot(next.gradient(), direction) <= (2 * ARMIJO - 1) * slope;
    return rise <= ARMIJO * length * slope || flat;
  }

  private void remember(Lbfgs.Point next) {
    double[] moved = difference(next.at(), point.at());
    double[] change = difference(next.gradient(), point.gradient());
    double curvature = dot(moved, change);
    if (curvature > 0) {
      if (pairs.size() == settings.memory()) {
        pairs.removeFirst();
      }
      pairs.addLast(new Pair(moved, change, 1 / curvature));
    }
  }

  /** Takes a new direction from the point, unless the search ends there. */
  private void advance() {
    wanted = null;
    if (norm(point.gradient()) <= enough || iteration >= settings.maxIterations()) {
      return;
    }
    direction = downhill(point.gradient());
    slope = dot(direction, point.gradient());
    if (slope < 0) {
      length = 1;
      halving = 0;
      wanted = along(length);
    }
  }

  private double[] along(double steps) {
    double[] at = point.at().clone();
    add(at, steps, direction);
    return at;
  }

  /** Minus the inverse Hessian times the gradient. */
  private double[] downhill(double[] gradient) {
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
