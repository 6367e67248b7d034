package dev.microtome.circuits;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.FrameworkWeights.Head;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.ModelConfig;
import dev.microtome.run.InputException;
import java.util.List;

/**
 * An attention-only model's logits as a sum of paths, its attention patterns held fixed: the direct
 * path x₀·W_U, a term A·x₀·OV·W_U for each head, a term A₂·A₁·x₀·OV₁·OV₂·W_U for each pair of heads
 * in two layers (a virtual head), and so on. In a model of two layers without norms and biases
 * these three kinds sum to the logits; in a deeper one, paths through three heads and more are
 * missing.
 *
 * <p>A model with norms is expanded too, without its norms or, folded, without their divisions:
 * then the terms sum to something else than its logits.
 */
public final class PathExpansion {
  private final FrameworkWeights weights;
  private final Matrix stream;
  private final List<List<Matrix>> patterns;
  private final Matrix unembedding;

  private PathExpansion(FrameworkWeights weights, Matrix stream, List<List<Matrix>> patterns) {
    this.weights = weights;
    this.stream = stream;
    this.patterns = patterns;
    this.unembedding = weights.unembedding(0, weights.config().dVocab()).transpose();
  }

  /**
   * Expands one sequence.
   *
   * @param stream what enters the first block, [position, dModel]
   * @param patterns by layer and head, [query, key]
   * @throws InputException if the model has MLPs, through which no path is linear
   */
  public static PathExpansion of(
      FrameworkWeights weights, Matrix stream, List<List<Matrix>> patterns) {
    ModelConfig config = weights.config();
    if (config.dMlp() > 0) {
      throw new InputException(
          "path expansion of a model with MLPs (dMlp %d): it needs an attention-only model"
              .formatted(config.dMlp()));
    }
    if (patterns.size() != config.nLayers()
        || patterns.stream().anyMatch(layer -> layer.size() != config.nHeads())) {
      throw new IllegalArgumentException(
          "Patterns of %d layers for a model of %d layers of %d heads"
              .formatted(patterns.size(), config.nLayers(), config.nHeads()));
    }
    return new PathExpansion(weights, stream, patterns.stream().map(List::copyOf).toList());
  }

  /** x₀·W_U, [position, dVocab]. */
  public Matrix direct() {
    return stream.times(unembedding);
  }

  /** A·x₀·OV·W_U of one head, [position, dVocab]. */
  public Matrix head(HeadIndex index) {
    Head head = weights.head(index.layer(), index.head());
    return pattern(index).times(stream.times(head.wV())).times(head.wO().times(unembedding));
  }

  /** A₂·A₁·x₀·OV₁·OV₂·W_U of a pair of heads, [position, dVocab]. */
  public Matrix virtual(HeadIndex first, HeadIndex second) {
    Head earlier = weights.head(first.layer(), first.head());
    Head later = weights.head(second.layer(), second.head());
    return pattern(second)
        .times(pattern(first).times(stream.times(earlier.wV())))
        .times(earlier.wO().times(later.wV()))
        .times(later.wO().times(unembedding));
  }

  private Matrix pattern(HeadIndex index) {
    return patterns.get(index.layer()).get(index.head());
  }
}
