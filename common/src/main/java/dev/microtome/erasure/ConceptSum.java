package dev.microtome.erasure;

import dev.microtome.stats.Moments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Moments of activations and the targets of one concept, and how many activations had no label. Not
 * thread-safe.
 */
public final class ConceptSum {
  private final ConceptTargets targets;
  private final ConceptTargets.Encoder encoder;
  private final int dimensions;
  private final Kind kind;
  // Made with the first row, for they are 8·d² bytes each
  private final Moments[] moments;
  private long unlabelled;

  private ConceptSum(ConceptTargets targets, int dimensions, Kind kind) {
    this.targets = targets;
    this.dimensions = dimensions;
    this.kind = kind;
    encoder = targets.encoder();
    moments = new Moments[kind == Kind.JOINT ? 1 : targets.width()];
  }

  /** What is summed up. */
  public enum Kind {
    /** One sum, of activations followed by their targets. */
    JOINT,

    /** A sum for each class, of its activations. */
    BY_CLASS
  }

  /**
   * A sum that has seen no activation.
   *
   * @param dimensions numbers of an activation
   */
  public static ConceptSum of(ConceptTargets targets, int dimensions, Kind kind) {
    return new ConceptSum(targets, dimensions, kind);
  }

  /**
   * Adds an activation.
   *
   * @param label as text, a value for each column of the concept; null: it has none and is counted
   *     alone
   * @throws IllegalArgumentException if the activation has another width or a number that is not
   *     finite, or the label is no class
   */
  public void add(float[] activation, List<String> label) {
    if (label == null) {
      unlabelled++;
      return;
    }
    if (activation.length != dimensions) {
      throw new IllegalArgumentException(
          "%d numbers, where rows before have %d".formatted(activation.length, dimensions));
    }
    double[] z;
    try {
      z = encoder.targets(label);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "concept '%s': %s".formatted(targets.concept(), e.getMessage()), e);
    }
    if (kind == Kind.JOINT) {
      sum(0, dimensions + z.length).add(activation, z);
    } else {
      sum(Arrays.stream(z).boxed().toList().indexOf(1.0), dimensions).add(activation);
    }
  }

  private Moments sum(int number, int columns) {
    if (moments[number] == null) {
      moments[number] = Moments.ofColumns(columns);
    }
    return moments[number];
  }

  /**
   * What has been added, to be merged with other parts of the hook point's activations: the one
   * sum, or that of each class, empty of a class without rows. How many activations had no label
   * stands in the first.
   */
  public List<Optional<ConceptMoments>> moments(String hook) {
    sum(0, kind == Kind.JOINT ? dimensions + targets.width() : dimensions);
    List<Optional<ConceptMoments>> sums = new ArrayList<>();
    for (int number = 0; number < moments.length; number++) {
      long without = number == 0 ? unlabelled : 0;
      sums.add(
          Optional.ofNullable(moments[number])
              .map(sum -> ConceptMoments.of(hook, targets.concept(), dimensions, without, sum)));
    }
    return sums;
  }
}
