package dev.microtome.heads;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.BatchPlanner;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookSite;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Intervention;
import dev.microtome.model.Slice;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.TokenLoss;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;

/**
 * A model's losses on given sequences with heads knocked out.
 *
 * <p>A pass takes several copies of one sequence, each without heads of its own, so that one run of
 * the unchanged model gives the frozen patterns of all of them. A full set costs as many forward
 * passes over the sequences as there are knockouts. Patterns of one sequence are kept at a time:
 * nLayers · nHeads · length² · 4 bytes.
 */
public final class HeadKnockout {
  private final HookedTransformer model;
  private final List<int[]> sequences;
  private final int batchTokens;
  private final NDManager parent;

  /**
   * Prepares knockouts.
   *
   * @param sequences what losses and means are taken over, each of at least two tokens
   * @param batchTokens most tokens of a pass, unless one sequence is longer
   * @param parent of the passes' memory, which is freed after each
   */
  public HeadKnockout(
      HookedTransformer model, List<int[]> sequences, int batchTokens, NDManager parent) {
    this.model = model;
    this.sequences = sequences.stream().map(int[]::clone).toList();
    this.batchTokens = batchTokens;
    this.parent = parent;
  }

  /** Losses of the unchanged model. */
  public PositionLosses unchanged() {
    int[] lengths = sequences.stream().mapToInt(sequence -> sequence.length).toArray();
    float[][] rows = new float[lengths.length][];
    for (int[] batch : BatchPlanner.plan(lengths, batchTokens)) {
      TokenBatch tokens = TokenBatch.of(IntStream.of(batch).mapToObj(sequences::get).toList());
      float[][] found = TokenLoss.nextToken(model, tokens, parent);
      for (int row = 0; row < batch.length; row++) {
        rows[batch[row]] = found[row];
      }
    }
    PositionLosses losses = new PositionLosses();
    for (float[] row : rows) {
      losses.add(row);
    }
    return losses;
  }

  /**
   * Losses without heads, for each of several sets of heads.
   *
   * @param knockouts sets of heads, each knocked out together
   * @return as many as there are knockouts, in order
   */
  public List<PositionLosses> without(
      List<? extends Collection<HeadIndex>> knockouts, HeadAblation ablation) {
    List<PositionLosses> losses =
        IntStream.range(0, knockouts.size()).mapToObj(i -> new PositionLosses()).toList();
    HeadMeans means = ablation == HeadAblation.MEAN ? HeadMeans.of(model, sequences, parent) : null;
    for (int[] sequence : sequences) {
      int together = Math.max(1, batchTokens / sequence.length);
      try (ActivationCache patterns = patterns(sequence, knockouts, ablation)) {
        for (int from = 0; from < knockouts.size(); from += together) {
          int to = Math.min(knockouts.size(), from + together);
          float[][] rows = losses(sequence, knockouts.subList(from, to), ablation, means, patterns);
          for (int row = 0; row < rows.length; row++) {
            losses.get(from + row).add(rows[row]);
          }
        }
      }
    }
    return losses;
  }

  private float[][] losses(
      int[] sequence,
      List<? extends Collection<HeadIndex>> knockouts,
      HeadAblation ablation,
      HeadMeans means,
      ActivationCache patterns) {
    ForwardPass.Builder pass = ForwardPass.builder();
    for (int row = 0; row < knockouts.size(); row++) {
      for (Map.Entry<Integer, int[]> layer : byLayer(knockouts.get(row)).entrySet()) {
        HookPoint z = HookPoint.of(layer.getKey(), HookSite.Z);
        Slice slice = Slice.all().rows(row).heads(layer.getValue());
        pass.intervene(
            ablation == HeadAblation.MEAN
                ? Intervention.mean(z, slice, means.values(layer.getKey(), layer.getValue()))
                : Intervention.zero(z, slice));
      }
    }
    if (ablation == HeadAblation.PATTERN_PRESERVING) {
      pass.source(Intervention.CLEAN, patterns);
      int first = firstLayer(knockouts);
      patterns.points().stream()
          .filter(point -> point.layer() > first)
          .forEach(point -> pass.intervene(Intervention.freeze(point, Slice.all())));
    }
    List<int[]> copies = IntStream.range(0, knockouts.size()).mapToObj(row -> sequence).toList();
    return TokenLoss.nextToken(model, TokenBatch.of(copies), pass.build(), parent);
  }

  /** The patterns that are frozen: those behind the first layer that loses a head. */
  private ActivationCache patterns(
      int[] sequence, List<? extends Collection<HeadIndex>> knockouts, HeadAblation ablation) {
    Set<HookPoint> reads = new HashSet<>();
    if (ablation == HeadAblation.PATTERN_PRESERVING) {
      for (int layer = firstLayer(knockouts) + 1; layer < model.config().nLayers(); layer++) {
        reads.add(HookPoint.of(layer, HookSite.PATTERN));
      }
    }
    return model.run(TokenBatch.of(sequence), ForwardPass.reading(reads), parent);
  }

  private int firstLayer(List<? extends Collection<HeadIndex>> knockouts) {
    return knockouts.stream()
        .flatMap(Collection::stream)
        .mapToInt(HeadIndex::layer)
        .min()
        .orElse(model.config().nLayers());
  }

  private static Map<Integer, int[]> byLayer(Collection<HeadIndex> heads) {
    Map<Integer, List<Integer>> layers = new TreeMap<>();
    for (HeadIndex head : new HashSet<>(heads)) {
      layers.computeIfAbsent(head.layer(), layer -> new ArrayList<>()).add(head.head());
    }
    Map<Integer, int[]> sorted = new TreeMap<>();
    layers.forEach(
        (layer, all) ->
            sorted.put(layer, all.stream().sorted().mapToInt(Integer::intValue).toArray()));
    return sorted;
  }
}
