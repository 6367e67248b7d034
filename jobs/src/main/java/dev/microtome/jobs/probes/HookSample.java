package dev.microtome.jobs.probes;

import dev.microtome.probing.Examples;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.probing.RowSample;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.TreeSet;

/**
 * Samples of one hook point: of each concept's labelled rows those to fit to and those to score on.
 * Samples of parts, added row by row, make that of the whole.
 */
final class HookSample {
  /**
   * Without it a part of a large table would hand on as many rows as the whole is to have. The
   * share of the sequences that are held out is a matter of luck, and so is that of small hashes.
   */
  private static final double SPARE = 4;

  private final List<ConceptColumns> concepts;
  private final SampleSettings settings;
  private final List<RowSample<ProbeSampleRow>> train = new ArrayList<>();
  private final List<RowSample<ProbeSampleRow>> test = new ArrayList<>();

  /**
   * A sample of no rows.
   *
   * @param labels of each concept that have an activation at the least, over all parts; 0 where
   *     that is not known
   */
  HookSample(List<ConceptColumns> concepts, SampleSettings settings, List<Long> labels) {
    this.concepts = concepts;
    this.settings = settings;
    for (int i = 0; i < concepts.size(); i++) {
      double held = settings.split().testShare() * labels.get(i);
      train.add(sample(settings.trainRows(), labels.get(i) - held));
      test.add(sample(settings.testRows(), held));
    }
  }

  private RowSample<ProbeSampleRow> sample(int capacity, double ofRows) {
    return new RowSample<>(
        settings.split().seed(), capacity, Math.min(1, SPARE * capacity / ofRows));
  }

  void add(ProbeSampleRow row) {
    double[] targets = row.numbers();
    boolean held = settings.split().isTest(row.sequenceId());
    for (int i = 0; i < concepts.size(); i++) {
      if (concepts.get(i).isLabelled(targets)) {
        (held ? test : train).get(i).add(row.sequenceId(), row.position(), row);
      }
    }
  }

  /** The rows that any sample holds, each once, by sequence and position. */
  List<ProbeSampleRow> union() {
    TreeSet<ProbeSampleRow> union =
        new TreeSet<>(
            Comparator.comparingLong(ProbeSampleRow::sequenceId)
                .thenComparingInt(ProbeSampleRow::position));
    train.forEach(sample -> union.addAll(sample.rows()));
    test.forEach(sample -> union.addAll(sample.rows()));
    return List.copyOf(union);
  }

  /** Rows to fit a concept's probes to; there must be some. */
  Examples train(int concept) {
    return examples(train.get(concept), concept);
  }

  /** Rows to score them on; there must be some. */
  Examples test(int concept) {
    return examples(test.get(concept), concept);
  }

  boolean hasBoth(int concept) {
    return train.get(concept).seen() > 0 && test.get(concept).seen() > 0;
  }

  private Examples examples(RowSample<ProbeSampleRow> sample, int concept) {
    ConceptColumns columns = concepts.get(concept);
    return Examples.of(sample.rows(), columns.from(), columns.width());
  }
}
