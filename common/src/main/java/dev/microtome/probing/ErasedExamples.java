package dev.microtome.probing;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Examples of one concept without what a projection removes, and what that has done to them: how
 * far they moved, how far the classes' means still lie apart, and what probes fitted to them say.
 */
public final class ErasedExamples implements AutoCloseable {
  private final Projection projection;
  private final Examples train;
  private final Examples test;
  private final int classes;
  private final double squaredDistance;

  /**
   * x ↦ x − L·R·(x − b).
   *
   * @param removed L·R
   * @param bias b [d]
   */
  @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
  public record Projection(String name, FactoredMatrix removed, double[] bias) {
    public Projection {
      bias = bias.clone();
    }

    /** A copy of b. */
    @Override
    public double[] bias() {
      return bias.clone();
    }

    /** What leaves activations as they are. */
    public static Projection none(int dimensions) {
      return new Projection(
          "none",
          new FactoredMatrix(Matrix.zeros(dimensions, 0), Matrix.zeros(0, dimensions)),
          new double[dimensions]);
    }

    /** The same under another name. */
    public Projection named(String other) {
      return new Projection(other, removed, bias);
    }

    /**
     * What is orthogonal to one direction alone: from the mean of all rows to that of the largest
     * class. Of two classes it is all there is between their means, of more it is not. Where the
     * two means are one, nothing is removed.
     */
    public static Projection largestClassMean(ClassMeans means) {
      int largest =
          IntStream.range(0, means.classes())
              .boxed()
              .max(Comparator.comparingLong(means::rows))
              .orElseThrow();
      double[] direction = means.offset(largest);
      double norm = means.distance(largest);
      if (norm == 0) {
        return none(direction.length).named("mean");
      }
      for (int i = 0; i < direction.length; i++) {
        direction[i] /= norm;
      }
      Matrix row = Matrix.of(1, direction.length, direction);
      return new Projection("mean", new FactoredMatrix(row.transpose(), row), means.mean());
    }
  }

  private ErasedExamples(
      Projection projection, Examples train, Examples test, int classes, double squaredDistance) {
    this.projection = projection;
    this.train = train;
    this.test = test;
    this.classes = classes;
    this.squaredDistance = squaredDistance;
  }

  /**
   * Applies a projection.
   *
   * @throws IllegalArgumentException if it is of another width
   */
  public static ErasedExamples of(
      Projection projection, Examples train, Examples test, int classes) {
    ProbeRows fitted = train.x().without(projection.removed(), projection.bias());
    ProbeRows held = null;
    try {
      held = test.x().without(projection.removed(), projection.bias());
      return new ErasedExamples(
          projection,
          train.with(fitted),
          test.with(held),
          classes,
          held.meanSquaredDistance(test.x()));
    } catch (RuntimeException e) {
      fitted.close();
      if (held != null) {
        held.close();
      }
      throw e;
    }
  }

  /** Mean of ‖x − x̂‖² over the held-out rows. */
  public double squaredDistance() {
    return squaredDistance;
  }

  /** Fits probes to what is left and scores them. */
  public List<ProbeTrainer.Classifier> probes(ProbeTrainer trainer, List<String> names) {
    return trainer.classifiers(train, test, names, ProbeTrainer.Control.NONE);
  }

  /** The class that a probe gives each row held out. */
  int[] guesses(ClassProbe probe) {
    return probe.predict(test.x());
  }

  /** How far each class's mean lies from that of all rows. */
  public List<ClassDistance> classDistances() {
    ClassMeans fitted = ClassMeans.of(train.classMoments(classes), train.x().columns());
    ClassMeans held = ClassMeans.of(test.classMoments(classes), test.x().columns());
    List<ClassDistance> distances = new ArrayList<>();
    for (int i = 0; i < classes; i++) {
      distances.add(
          new ClassDistance(
              fitted.rows(i),
              held.rows(i),
              fitted.distance(i),
              held.rows(i) == 0 ? Double.NaN : held.distance(i)));
    }
    return distances;
  }

  /** Of one class, in the rows that were fitted to and in those held out. */
  public record ClassDistance(
      long trainRows, long testRows, double trainDistance, double testDistance) {}

  public Projection projection() {
    return projection;
  }

  public long trainRows() {
    return train.rows();
  }

  @Override
  public void close() {
    train.close();
    test.close();
  }
}
