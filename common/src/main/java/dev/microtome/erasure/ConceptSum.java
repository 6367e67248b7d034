package dev.microtome.erasure;

import dev.microtome.stats.Moments;
import java.util.List;

/**
 * Moments of activations followed by the targets of one concept, and how many activations had no
 * label. Not thread-safe.
 */
public final class ConceptSum {
  private final ConceptTargets targets;
  private final ConceptTargets.Encoder encoder;
  private final int dimensions;
  private final Moments moments;
  private long unlabelled;

  private ConceptSum(ConceptTargets targets, int dimensions) {
    this.targets = targets;
    this.dimensions = dimensions;
    encoder = targets.encoder();
    moments = Moments.ofColumns(dimensions + targets.width());
  }

  /**
   * A sum that has seen no activation.
   *
   * @param dimensions numbers of an activation
   */
  public static ConceptSum of(ConceptTargets targets, int dimensions) {
    return new ConceptSum(targets, dimensions);
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
    moments.add(activation, z);
  }

  /** What has been added, to be merged with other parts of the hook point's activations. */
  public ConceptMoments moments(String hook) {
    return ConceptMoments.of(hook, targets.concept(), dimensions, unlabelled, moments);
  }
}
