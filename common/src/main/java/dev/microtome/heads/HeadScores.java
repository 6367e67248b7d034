package dev.microtome.heads;

import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookSite;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.TokenBatch;
import dev.microtome.text.RepeatedTokens;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Every {@link HeadScore} of every head of a model, each the mean over the examples given.
 *
 * <p>One pass an example, which keeps nLayers · nHeads · length² · 4 bytes of patterns until the
 * next. The model computes in float32, sums are float64.
 *
 * <p>The copying score is left out for a model that is not causal, whose unembedding does not
 * predict what follows, and for one whose norms are not in front of what reads them (see {@link
 * FrameworkWeights#canFold}), which has no direct path.
 */
public final class HeadScores {
  private final ModelConfig config;
  private final Map<HeadScore, double[]> sums = new EnumMap<>(HeadScore.class);
  private int examples;

  private HeadScores(ModelConfig config) {
    this.config = config;
    for (HeadScore score : HeadScore.values()) {
      if (score != HeadScore.COPYING || (config.causal() && FrameworkWeights.canFold(config))) {
        sums.put(score, new double[config.nLayers() * config.nHeads()]);
      }
    }
  }

  /**
   * Scores a model's heads.
   *
   * @param weights of the same model, its norms folded where they can be
   * @param examples at least one, of at least two repetitions
   * @throws dev.microtome.run.InputException if an example is longer than the model's context or
   *     has a token that it does not know
   */
  public static HeadScores of(
      HookedTransformer model,
      FrameworkWeights weights,
      List<RepeatedTokens> examples,
      NDManager parent) {
    if (examples.isEmpty() || examples.stream().anyMatch(each -> each.repeats() < 2)) {
      throw new IllegalArgumentException(
          "Head scores need at least one example of at least two repetitions");
    }
    HeadScores scores = new HeadScores(model.config());
    Matrix mean =
        scores.sums.containsKey(HeadScore.COPYING)
            ? weights.meanUnembedding()
            : Matrix.zeros(1, model.config().dModel());
    for (RepeatedTokens example : examples) {
      scores.add(model, weights, mean, example, parent);
    }
    return scores;
  }

  /** The scores there are. */
  public Set<HeadScore> scores() {
    return sums.keySet();
  }

  /**
   * The score of one head.
   *
   * @throws IllegalArgumentException if the model has no such score
   */
  public double value(HeadScore score, HeadIndex head) {
    double[] all = sums.get(score);
    if (all == null) {
      throw new IllegalArgumentException(
          "a %s model has no score '%s'".formatted(config.family(), score.label()));
    }
    return all[head.layer() * config.nHeads() + head.head()] / examples;
  }

  /** The {@code count} heads with the highest score, the highest first; equal ones in order. */
  public List<HeadIndex> top(HeadScore score, int count) {
    return HeadIndex.all(config).stream()
        .sorted(Comparator.comparingDouble(head -> -value(score, head)))
        .limit(count)
        .toList();
  }

  private void add(
      HookedTransformer model,
      FrameworkWeights weights,
      Matrix meanUnembedding,
      RepeatedTokens example,
      NDManager parent) {
    boolean copying = sums.containsKey(HeadScore.COPYING);
    List<HookPoint> reads = new ArrayList<>();
    for (int layer = 0; layer < config.nLayers(); layer++) {
      reads.add(HookPoint.of(layer, HookSite.PATTERN));
      if (copying) {
        reads.add(HookPoint.of(layer, HookSite.Z));
      }
    }
    examples++;
    if (reads.isEmpty()) {
      return;
    }
    int length = example.length();
    CopyingScore copyingScore =
        copying ? new CopyingScore(weights, meanUnembedding, example) : null;
    try (ActivationCache cache =
        model.run(TokenBatch.of(example.tokens()), ForwardPass.reading(reads), parent)) {
      for (int layer = 0; layer < config.nLayers(); layer++) {
        float[] patterns = cache.floats(HookPoint.of(layer, HookSite.PATTERN));
        float[] z = copying ? cache.floats(HookPoint.of(layer, HookSite.Z)) : new float[0];
        for (int head = 0; head < config.nHeads(); head++) {
          Pattern pattern = new Pattern(patterns, head * length * length, length);
          int index = layer * config.nHeads() + head;
          for (Map.Entry<HeadScore, double[]> sum : sums.entrySet()) {
            sum.getValue()[index] +=
                sum.getKey() == HeadScore.COPYING
                    ? copyingScore.of(layer, head, pattern, z)
                    : sum.getKey().of(pattern, example);
          }
        }
      }
    }
  }
}
