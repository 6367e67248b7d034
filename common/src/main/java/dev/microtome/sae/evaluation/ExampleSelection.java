package dev.microtome.sae.evaluation;

import dev.microtome.stats.Seeds;
import dev.microtome.text.TokenSequence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Examples of features: of each the sequences in which it is largest, one token a sequence, and
 * random tokens from each of equally wide intervals of its values, so that what a feature does when
 * it is weak is seen too (Bricken et al. 2023).
 *
 * <p>Ties go to the lower sequence_id, then position. A sample is drawn by a hash of (seed,
 * feature, sequence_id, position). Any split of the sequences therefore merges to exactly the
 * whole. Not thread-safe.
 */
public final class ExampleSelection {
  private final FeatureRange range;
  private final ExampleSettings settings;
  private final List<List<FeatureExample>> kept; // [features, 1 + intervals]; null until needed
  private final int[] largestEntry;
  private final int[] largestPosition;

  /** Before the first sequence. */
  public ExampleSelection(FeatureRange range, ExampleSettings settings) {
    this.range = range;
    this.settings = settings;
    kept = new ArrayList<>(Arrays.asList(newLists(range.features() * (1 + settings.intervals()))));
    largestEntry = new int[range.features()];
    largestPosition = new int[range.features()];
    Arrays.fill(largestEntry, -1);
  }

  @SuppressWarnings({"unchecked", "rawtypes"}) // arrays of generic lists
  private static List<FeatureExample>[] newLists(int count) {
    return new List[count];
  }

  /**
   * Adds one whole sequence.
   *
   * @param features of its tokens, in order
   */
  public void add(TokenSequence sequence, SparseFeatures features) {
    for (int position = 0; position < features.rows(); position++) {
      for (int entry = features.start(position); entry < features.end(position); entry++) {
        int feature = features.feature(entry);
        int largest = largestEntry[feature];
        if (largest < 0 || features.value(entry) > features.value(largest)) {
          largestEntry[feature] = entry;
          largestPosition[feature] = position;
        }
        sample(sequence, features, position, entry);
      }
    }
    for (int entry = features.first(); entry < features.last(); entry++) {
      int feature = features.feature(entry);
      if (largestEntry[feature] >= 0) {
        int largest = largestEntry[feature];
        if (features.value(largest) >= range.threshold(feature)) {
          offer(
              example(
                  sequence, features, largestPosition[feature], largest, FeatureExample.TOP, 0));
        }
        largestEntry[feature] = -1;
      }
    }
  }

  private void sample(TokenSequence sequence, SparseFeatures features, int position, int entry) {
    if (settings.samples() == 0) {
      return;
    }
    int feature = features.feature(entry);
    int interval = range.interval(feature, features.value(entry), settings.intervals());
    long order = Seeds.of(settings.seed(), "examples", feature, sequence.sequenceId(), position);
    List<FeatureExample> here = kept.get(place(feature, interval));
    if (here == null
        || here.size() < settings.samples()
        || order <= here.get(here.size() - 1).order()) {
      offer(example(sequence, features, position, entry, interval, order));
    }
  }

  private FeatureExample example(
      TokenSequence sequence,
      SparseFeatures features,
      int position,
      int entry,
      int interval,
      long order) {
    int feature = features.feature(entry);
    int from = Math.max(0, position - settings.context());
    int to = Math.min(sequence.tokens().length, position + settings.context() + 1);
    float[] activations = new float[to - from];
    for (int i = from; i < to; i++) {
      activations[i - from] = features.at(i, feature);
    }
    return new FeatureExample(
        feature,
        interval,
        order,
        sequence.sequenceId(),
        position,
        features.value(entry),
        from,
        Arrays.copyOfRange(sequence.tokens(), from, to),
        activations);
  }

  private void offer(FeatureExample example) {
    int place = place(example.feature(), example.interval());
    List<FeatureExample> here = kept.get(place);
    if (here == null) {
      here = new ArrayList<>(2);
      kept.set(place, here);
    }
    int at = here.size();
    while (at > 0 && FeatureExample.BEST_FIRST.compare(example, here.get(at - 1)) < 0) {
      at--;
    }
    int most = example.interval() == FeatureExample.TOP ? settings.top() : settings.samples();
    if (at < most) {
      here.add(at, example);
      if (here.size() > most) {
        here.remove(most);
      }
    }
  }

  private int place(int feature, int interval) {
    return feature * (1 + settings.intervals()) + 1 + interval;
  }

  /** Adds an example that another selection has kept. */
  public void merge(ExampleCandidateRow row) {
    offer(FeatureExample.of(row));
  }

  /** What is kept, feature by feature, top examples first: as parts of a run pass it on. */
  public List<ExampleCandidateRow> rows(String sae) {
    List<ExampleCandidateRow> rows = new ArrayList<>();
    for (List<FeatureExample> examples : kept) {
      if (examples != null) {
        examples.forEach(example -> rows.add(ExampleCandidateRow.of(sae, example)));
      }
    }
    return rows;
  }

  /** Of one feature, best first: the top ones, then the samples from the highest interval down. */
  List<FeatureExample> of(int feature) {
    List<FeatureExample> examples = new ArrayList<>();
    addAll(examples, kept.get(place(feature, FeatureExample.TOP)));
    for (int interval = settings.intervals() - 1; interval >= 0; interval--) {
      addAll(examples, kept.get(place(feature, interval)));
    }
    return examples;
  }

  private static void addAll(List<FeatureExample> examples, List<FeatureExample> more) {
    if (more != null) {
      examples.addAll(more);
    }
  }
}
