package dev.microtome.optim;

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

  /** Searches from a point. */
  public Minimum minimise(double[] start, Objective objective) {
    LbfgsSearch search = new LbfgsSearch(this, start);
    while (!search.isDone()) {
      search.tell(objective.at(search.wanted()));
    }
    return search.minimum();
  }
}
