package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookShape;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Intervention;
import dev.microtome.model.Slice;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.TokenLoss;
import dev.microtome.model.TokenScale;
import dev.microtome.model.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a model loses without a feature: in sequences of a sample the feature's own contribution is
 * taken out of the activation wherever it fires, and everything else, the error of the
 * reconstruction included, is left in place (Bricken et al. 2023).
 *
 * <p>A pass takes several copies of a sequence, each without a feature of its own.
 */
final class FeatureAblation {
  private final HookedTransformer model;
  private final FeatureDictionary dictionary;
  private final ActivationSample sample;
  private final int batchTokens;

  FeatureAblation(
      HookedTransformer model,
      FeatureDictionary dictionary,
      ActivationSample sample,
      int batchTokens) {
    this.model = model;
    this.dictionary = dictionary;
    this.sample = sample;
    this.batchTokens = batchTokens;
  }

  /**
   * The effect of one feature.
   *
   * @param lossNats loss without minus loss with it, over all predictions of the sequences
   * @param fires tokens on which it fires there
   */
  record Effect(double lossNats, long fires) {
    static final Effect NONE = new Effect(0, 0);

    Effect plus(Effect other) {
      return new Effect(lossNats + other.lossNats, fires + other.fires);
    }

    /** A token's share; NaN where the feature was not measured. */
    double perFire() {
      return fires == 0 ? Double.NaN : lossNats / fires;
    }
  }

  /** The largest value of a feature in a sequence. */
  private record Peak(int feature, long sequenceId, float value) {
    static final Comparator<Peak> HIGHEST_FIRST =
        Comparator.comparingDouble(Peak::value).reversed().thenComparingLong(Peak::sequenceId);
  }

  /**
   * Effects of some features, in their order, each over the sequences of the sample in which it is
   * largest.
   *
   * @param sequences most of each feature
   */
  List<Effect> of(int from, int to, int sequences, NDManager parent) {
    List<Effect> effects = new ArrayList<>(Collections.nCopies(to - from, Effect.NONE));
    if (sequences == 0) {
      return effects;
    }
    Map<Long, int[]> tokens = tokens();
    for (Map.Entry<Long, List<Integer>> entry : chosen(from, to, sequences).entrySet()) {
      int[] sequence = tokens.get(entry.getKey());
      if (sequence.length < 2) {
        continue;
      }
      List<Integer> features = entry.getValue();
      float[] clean = TokenLoss.nextToken(model, TokenBatch.of(sequence), parent)[0];
      int together = Math.max(1, batchTokens / sequence.length);
      for (int first = 0; first < features.size(); first += together) {
        List<Integer> part = features.subList(first, Math.min(features.size(), first + together));
        List<Effect> found = without(sequence, part, clean, parent);
        for (int i = 0; i < part.size(); i++) {
          int at = part.get(i) - from;
          effects.set(at, effects.get(at).plus(found.get(i)));
        }
      }
    }
    return effects;
  }

  private Map<Long, int[]> tokens() {
    Map<Long, List<FeatureActivationsRow>> bySequence =
        sample.rows().stream()
            .collect(
                Collectors.groupingBy(
                    FeatureActivationsRow::sequenceId, TreeMap::new, Collectors.toList()));
    Map<Long, int[]> tokens = new TreeMap<>();
    bySequence.forEach(
        (id, rows) ->
            tokens.put(id, rows.stream().mapToInt(FeatureActivationsRow::tokenId).toArray()));
    return tokens;
  }

  /** Features by the sequences they are measured on. */
  private Map<Long, List<Integer>> chosen(int from, int to, int most) {
    Map<Integer, Map<Long, Float>> peaks = new TreeMap<>();
    for (FeatureActivationsRow row : sample.rows()) {
      for (int i = 0; i < row.features().length; i++) {
        int feature = row.features()[i];
        if (feature >= from && feature < to) {
          peaks
              .computeIfAbsent(feature, unused -> new TreeMap<>())
              .merge(row.sequenceId(), row.activations()[i], Math::max);
        }
      }
    }
    Map<Long, List<Integer>> chosen = new TreeMap<>();
    peaks.forEach(
        (feature, bySequence) ->
            bySequence.entrySet().stream()
                .map(entry -> new Peak(feature, entry.getKey(), entry.getValue()))
                .sorted(Peak.HIGHEST_FIRST)
                .limit(most)
                .forEach(
                    peak ->
                        chosen
                            .computeIfAbsent(peak.sequenceId(), unused -> new ArrayList<>())
                            .add(feature)));
    return chosen;
  }

  private List<Effect> without(
      int[] sequence, List<Integer> features, float[] clean, NDManager parent) {
    List<int[]> copies = Collections.nCopies(features.size(), sequence);
    int[] fires = new int[features.size()];
    Intervention change = change(sequence, features, fires, parent);
    ForwardPass pass = ForwardPass.builder().intervene(change).build();
    float[][] losses = TokenLoss.nextToken(model, TokenBatch.of(copies), pass, parent);
    List<Effect> effects = new ArrayList<>();
    for (int row = 0; row < losses.length; row++) {
      double sum = 0;
      for (int i = 0; i < clean.length; i++) {
        sum += (double) losses[row][i] - clean[i];
      }
      effects.add(new Effect(sum, fires[row]));
    }
    return effects;
  }

  private Intervention change(
      int[] sequence, List<Integer> features, int[] fires, NDManager parent) {
    int[] columns = features.stream().mapToInt(Integer::intValue).toArray();
    TokenBatch batch = TokenBatch.of(sequence);
    DictionaryHooks hooks = dictionary.hooks();
    try (ActivationCache cache = model.run(batch, ForwardPass.reading(hooks.input()), parent);
        NDManager scratch = parent.newSubManager()) {
      NDArray x = new PassCells(batch, scratch).of(cache, hooks.input(), scratch);
      NDArray encoded = dictionary.encode(x);
      SparseFeatures sparse = EvaluationKernels.sparse(encoded);
      for (int i = 0; i < columns.length; i++) {
        for (int row = 0; row < sparse.rows(); row++) {
          fires[i] += sparse.at(row, columns[i]) > 0 ? 1 : 0;
        }
      }
      NDArray change =
          EvaluationKernels.without(
              scratch,
              encoded,
              EvaluationKernels.indices(scratch, columns),
              dictionary.directions(scratch, columns));
      if (dictionary.tokenScale() != TokenScale.ONE) {
        change = change.mul(dictionary.tokenScale().of(scratch, x));
      }
      HookShape shape = model.hookPoints().shape(hooks.output());
      long[] sizes = shape.of(features.size(), sequence.length).getShape();
      return Intervention.add(
          hooks.output(),
          Slice.all(),
          Values.of(change.toFloatArray(), Arrays.copyOf(sizes, sizes.length)));
    }
  }
}
