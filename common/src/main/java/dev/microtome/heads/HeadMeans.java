package dev.microtome.heads;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookSite;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.Values;
import java.util.List;
import java.util.stream.IntStream;

/** Mean of every head's mixed values z over all positions of sequences, each position alike. */
final class HeadMeans {
  private final ModelConfig config;
  private final double[][] sums;
  private long tokens;

  private HeadMeans(ModelConfig config) {
    this.config = config;
    sums = new double[config.nLayers()][config.nHeads() * config.dHead()];
  }

  static HeadMeans of(HookedTransformer model, List<int[]> sequences, NDManager parent) {
    HeadMeans means = new HeadMeans(model.config());
    List<HookPoint> reads =
        IntStream.range(0, model.config().nLayers())
            .mapToObj(layer -> HookPoint.of(layer, HookSite.Z))
            .toList();
    for (int[] sequence : sequences) {
      try (ActivationCache cache =
          model.run(TokenBatch.of(sequence), ForwardPass.reading(reads), parent)) {
        for (int layer = 0; layer < means.sums.length; layer++) {
          means.add(layer, cache.floats(reads.get(layer)));
        }
      }
      means.tokens += sequence.length;
    }
    return means;
  }

  private void add(int layer, float[] z) {
    double[] sum = sums[layer];
    for (int i = 0; i < z.length; i++) {
      sum[i % sum.length] += z[i];
    }
  }

  /** [heads, dHead] of some heads of a layer. */
  Values values(int layer, int[] heads) {
    int dHead = config.dHead();
    float[] values = new float[heads.length * dHead];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) (sums[layer][heads[i / dHead] * dHead + i % dHead] / tokens);
    }
    return Values.of(values, heads.length, dHead);
  }
}
