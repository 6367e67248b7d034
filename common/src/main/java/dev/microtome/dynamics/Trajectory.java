package dev.microtome.dynamics;

import dev.microtome.run.InputException;
import java.util.Arrays;
import java.util.List;

/**
 * The path of a model through a space, a point a checkpoint: its scores along the components of a
 * PCA, say. All distances are Euclidean.
 */
public final class Trajectory {
  /** How far off a turn its directions are taken, as a share of the path's extent. */
  private static final double REACH = 0.1;

  private final long[] steps;
  private final double[][] points;

  /**
   * A path.
   *
   * @param steps increasing
   * @param points as many as steps, each with as many coordinates
   */
  public Trajectory(long[] steps, List<double[]> points) {
    if (steps.length != points.size() || steps.length == 0) {
      throw new IllegalArgumentException(
          "%d steps and %d points".formatted(steps.length, points.size()));
    }
    this.steps = steps.clone();
    this.points = points.stream().map(double[]::clone).toArray(double[][]::new);
  }

  /**
   * A change of direction.
   *
   * @param step checkpoint at which the path turns; where it rests at the turn, one of those there
   * @param leaves first checkpoint that lies away from there in the new direction
   * @param degrees between the direction in which the path arrives and the one in which it goes on,
   *     0 to 180
   */
  public record Turn(long step, long leaves, double degrees) {}

  /**
   * The sharpest turn. The direction of arrival at a checkpoint is that from the last checkpoint
   * before it that lies a tenth of the path's extent away, the direction of departure that to the
   * first one behind it: the extent is the largest distance of two checkpoints. Checkpoints lie the
   * denser the slower a model changes, and neighbours would show noise.
   *
   * @throws InputException if no checkpoint has others that far away before and behind it
   */
  public Turn sharpestTurn() {
    double reach = REACH * extent();
    Turn sharpest = null;
    for (int i = 0; i < steps.length; i++) {
      int before = i - 1;
      while (before >= 0 && distance(before, i) < reach) {
        before--;
      }
      int behind = i + 1;
      while (behind < steps.length && distance(behind, i) < reach) {
        behind++;
      }
      if (reach > 0 && before >= 0 && behind < steps.length) {
        double degrees =
            angle(difference(points[i], points[before]), difference(points[behind], points[i]));
        if (sharpest == null || degrees > sharpest.degrees()) {
          sharpest = new Turn(steps[i], steps[behind], degrees);
        }
      }
    }
    if (sharpest == null) {
      throw new InputException(
          "no turn: none of %d checkpoints has others before and behind it that are a tenth of the extent away"
              .formatted(steps.length));
    }
    return sharpest;
  }

  /**
   * How the distance to another path grew, checkpoint by checkpoint.
   *
   * @throws InputException if both do not have the same steps
   */
  public Transition partingFrom(Trajectory other) {
    if (!Arrays.equals(steps, other.steps)) {
      throw new InputException(
          "trajectories of different steps: %s and %s"
              .formatted(Arrays.toString(steps), Arrays.toString(other.steps)));
    }
    double[] distances = new double[steps.length];
    for (int i = 0; i < distances.length; i++) {
      distances[i] = norm(difference(points[i], other.points[i]));
    }
    return Transition.of(steps, distances);
  }

  private double extent() {
    double extent = 0;
    for (int i = 0; i < points.length; i++) {
      for (int j = 0; j < i; j++) {
        extent = Math.max(extent, distance(i, j));
      }
    }
    return extent;
  }

  private double distance(int i, int j) {
    return norm(difference(points[i], points[j]));
  }

  private static double angle(double[] a, double[] b) {
    double product = 0;
    for (int i = 0; i < a.length; i++) {
      product += a[i] * b[i];
    }
    double norms = norm(a) * norm(b);
    return norms == 0 ? 0 : Math.toDegrees(Math.acos(Math.max(-1, Math.min(1, product / norms))));
  }

  private static double[] difference(double[] a, double[] b) {
    double[] difference = new double[a.length];
    for (int i = 0; i < a.length; i++) {
      difference[i] = a[i] - b[i];
    }
    return difference;
  }

  private static double norm(double[] a) {
    double sum = 0;
    for (double each : a) {
      sum += each * each;
    }
    return Math.sqrt(sum);
  }
}
