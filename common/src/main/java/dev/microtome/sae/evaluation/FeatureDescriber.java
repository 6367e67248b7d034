package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.load.ModelWeights;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.IntFunction;

/** Describes features of a dictionary, beside the other dictionaries of the same model. */
public final class FeatureDescriber {
  private final HookedTransformer model;
  private final ModelWeights weights;
  private final List<FeatureDictionary> dictionaries;
  private final List<FeatureStatistics> statistics;
  private final List<ActivationSample> samples;
  private final List<ActivationSample> others;
  private final DescribeSettings settings;
  private final IntFunction<String> spelling;

  /**
   * Prepares to describe.
   *
   * @param weights those of the model
   * @param dictionaries all of them
   * @param statistics of the dictionaries, in their order
   * @param samples of the dictionaries, in their order
   * @param others samples of dictionaries that are not here, on the same tokens
   * @param spelling of a token's id
   */
  public FeatureDescriber(
      HookedTransformer model,
      ModelWeights weights,
      List<FeatureDictionary> dictionaries,
      List<FeatureStatistics> statistics,
      List<ActivationSample> samples,
      List<ActivationSample> others,
      DescribeSettings settings,
      IntFunction<String> spelling) {
    this.model = model;
    this.weights = weights;
    this.dictionaries = List.copyOf(dictionaries);
    this.statistics = List.copyOf(statistics);
    this.samples = List.copyOf(samples);
    this.others = List.copyOf(others);
    this.settings = settings;
    this.spelling = spelling;
  }

  /**
   * Describes some features, in their order.
   *
   * @param index of their dictionary
   * @param from first feature
   * @param to one past the last
   */
  public List<FeatureDescription> describe(
      int index, int from, int to, FeatureFacts facts, NDManager parent) {
    FeatureDictionary dictionary = dictionaries.get(index);
    Optional<List<FeatureLogits.Effects>> logits =
        settings.logits() == 0
            ? Optional.empty()
            : new FeatureLogits(weights).of(dictionary, from, to, settings.logits(), parent);
    List<FeatureAblation.Effect> effects =
        new FeatureAblation(model, dictionary, samples.get(index), settings.batchTokens())
            .of(from, to, settings.ablationSequences(), parent);
    List<List<FeatureNeighborRow>> neighbors = new ArrayList<>();
    List<List<FeatureTreeRow>> trees = new ArrayList<>();
    for (int feature = from; feature < to; feature++) {
      neighbors.add(new ArrayList<>());
      trees.add(new ArrayList<>());
    }
    addCosines(index, from, to, neighbors, trees, parent);
    addCorrelations(index, from, to, neighbors);
    List<FeatureDescription> descriptions = new ArrayList<>();
    for (int feature = from; feature < to; feature++) {
      int at = feature - from;
      List<FeatureLabelRow> labels = labels(dictionary.name(), feature, facts);
      descriptions.add(
          new FeatureDescription(
              row(dictionary, feature, facts, effects.get(at), labels, neighbors.get(at)),
              examples(dictionary.name(), feature, facts),
              logits.map(all -> rows(dictionary.name(), all, from, at)).orElse(List.of()),
              labels,
              neighbors.get(at),
              trees.get(at)));
    }
    return descriptions;
  }

  private void addCosines(
      int index,
      int from,
      int to,
      List<List<FeatureNeighborRow>> neighbors,
      List<List<FeatureTreeRow>> trees,
      NDManager parent) {
    FeatureDictionary dictionary = dictionaries.get(index);
    if (dictionary instanceof NeuronDictionary) {
      return; // their directions are the axes, at right angles to each other
    }
    Optional<FeatureDictionary> smaller = nextSmaller(dictionary);
    for (FeatureDictionary other : dictionaries) {
      if (!comparable(dictionary, other)) {
        continue;
      }
      List<List<Neighbor>> found =
          DecoderNeighbors.of(
              dictionary, from, to, other, Math.max(1, settings.neighbors()), parent);
      for (int at = 0; at < found.size(); at++) {
        add(
            neighbors.get(at),
            FeatureNeighborRow.DECODER_COSINE,
            dictionary.name(),
            from + at,
            other.name(),
            found.get(at));
        if (smaller.isPresent() && smaller.get() == other && !found.get(at).isEmpty()) {
          Neighbor parentFeature = found.get(at).get(0);
          trees
              .get(at)
              .add(
                  new FeatureTreeRow(
                      dictionary.name(),
                      from + at,
                      statistics.get(index).fires(from + at),
                      other.name(),
                      parentFeature.feature(),
                      statistics.get(dictionaries.indexOf(other)).fires(parentFeature.feature()),
                      parentFeature.value()));
        }
      }
    }
  }

  /** SAEs that write to the same place. */
  private static boolean comparable(FeatureDictionary one, FeatureDictionary other) {
    return !(other instanceof NeuronDictionary)
        && other.hooks().output().equals(one.hooks().output());
  }

  /** The largest of the SAEs that are smaller than this one; of two the first. */
  private Optional<FeatureDictionary> nextSmaller(FeatureDictionary dictionary) {
    return dictionaries.stream()
        .filter(other -> comparable(dictionary, other))
        .filter(other -> other.features() < dictionary.features())
        .max(
            Comparator.comparingInt(FeatureDictionary::features)
                .thenComparing(FeatureDictionary::name, Comparator.reverseOrder()));
  }

  private void addCorrelations(
      int index, int from, int to, List<List<FeatureNeighborRow>> neighbors) {
    ActivationSample own = samples.get(index);
    List<ActivationSample> all = new ArrayList<>(samples);
    all.addAll(others);
    for (ActivationSample other : all) {
      List<List<Neighbor>> found =
          own.correlated(from, to, other, Math.max(1, settings.neighbors()));
      for (int at = 0; at < found.size(); at++) {
        add(
            neighbors.get(at),
            FeatureNeighborRow.ACTIVATION_CORRELATION,
            own.name(),
            from + at,
            other.name(),
            found.get(at));
      }
    }
  }

  private static void add(
      List<FeatureNeighborRow> rows,
      String relation,
      String name,
      int feature,
      String other,
      List<Neighbor> found) {
    for (int rank = 0; rank < found.size(); rank++) {
      Neighbor neighbor = found.get(rank);
      rows.add(
          new FeatureNeighborRow(
              name, feature, relation, other, neighbor.feature(), rank, neighbor.value()));
    }
  }

  private static FeatureRow row(
      FeatureDictionary dictionary,
      int feature,
      FeatureFacts facts,
      FeatureAblation.Effect effect,
      List<FeatureLabelRow> labels,
      List<FeatureNeighborRow> neighbors) {
    FeatureStatistics statistics = facts.statistics();
    return new FeatureRow(
        dictionary.name(),
        dictionary.hooks().output().address(),
        feature,
        statistics.density(feature),
        statistics.fires(feature),
        statistics.meanActive(feature),
        statistics.maximum(feature),
        facts.histograms().shares(feature),
        effect.perFire(),
        effect.fires(),
        labels.isEmpty() ? "" : labels.get(0).concept() + "=" + labels.get(0).value(),
        labels.isEmpty() ? Double.NaN : labels.get(0).correlation(),
        nearest(neighbors, FeatureNeighborRow.DECODER_COSINE, dictionary.name()),
        nearest(neighbors, FeatureNeighborRow.ACTIVATION_CORRELATION, dictionary.name()));
  }

  private static double nearest(List<FeatureNeighborRow> neighbors, String relation, String sae) {
    return neighbors.stream()
        .filter(row -> row.rank() == 0)
        .filter(row -> row.relation().equals(relation) && row.otherSae().equals(sae))
        .mapToDouble(FeatureNeighborRow::value)
        .findFirst()
        .orElse(Double.NaN);
  }

  private List<FeatureLabelRow> labels(String name, int feature, FeatureFacts facts) {
    List<LabelScore> best =
        LabelScore.best(
            feature, facts.labels(), facts.statistics(), facts.histograms(), settings.labels());
    List<FeatureLabelRow> rows = new ArrayList<>();
    for (int rank = 0; rank < best.size(); rank++) {
      rows.add(FeatureLabelRow.of(name, feature, rank, best.get(rank)));
    }
    return rows;
  }

  private List<FeatureExampleRow> examples(String name, int feature, FeatureFacts facts) {
    List<FeatureExampleRow> rows = new ArrayList<>();
    int rank = 0;
    int bin = FeatureExample.TOP;
    for (FeatureExample example : facts.examples().of(feature)) {
      rank = example.interval() == bin ? rank : 0;
      bin = example.interval();
      rows.add(
          new FeatureExampleRow(
              name,
              feature,
              rank,
              binName(bin, facts.labels().intervals()),
              example.sequenceId(),
              example.position(),
              example.activation(),
              example.firstPosition(),
              Arrays.stream(example.tokens()).mapToObj(spelling).toList(),
              example.activations()));
      rank++;
    }
    return rows;
  }

  private static String binName(int interval, int intervals) {
    return interval == FeatureExample.TOP
        ? "top"
        : share(interval, intervals) + "-" + share(interval + 1, intervals);
  }

  /** A fraction in at most two digits, such as 0.2. */
  private static String share(int part, int all) {
    BigDecimal digits =
        BigDecimal.valueOf(part).divide(BigDecimal.valueOf(all), 2, RoundingMode.HALF_EVEN);
    return digits.signum() == 0 ? "0" : digits.stripTrailingZeros().toPlainString();
  }

  private List<FeatureLogitRow> rows(
      String name, List<FeatureLogits.Effects> all, int from, int at) {
    List<FeatureLogitRow> rows = new ArrayList<>();
    add(rows, name, from + at, 1, all.get(at).largest());
    add(rows, name, from + at, -1, all.get(at).smallest());
    return rows;
  }

  private void add(
      List<FeatureLogitRow> rows,
      String name,
      int feature,
      int sign,
      List<FeatureLogits.Effect> effects) {
    for (int rank = 0; rank < effects.size(); rank++) {
      FeatureLogits.Effect effect = effects.get(rank);
      rows.add(
          new FeatureLogitRow(
              name,
              feature,
              rank,
              sign,
              effect.token(),
              spelling.apply(effect.token()),
              effect.value()));
    }
  }
}
