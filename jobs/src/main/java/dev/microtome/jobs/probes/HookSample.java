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
  private final List<ConceptColumns> concepts;
  private final SampleSettings settings;
  private final List<RowSample<ProbeSampleRow>> train = new ArrayList<>();
  private final List<RowSample<ProbeSampleRow>> test = new ArrayList<>();
  private long rows;

  HookSample(List<ConceptColumns> concepts, SampleSettings settings) {
    this.concepts = concepts;
    this.settings = settings;
    for (int i = 0; i < concepts.size(); i++) {
      train.add(new RowSample<>(settings.split().seed(), settings.trainRows()));
      test.add(new RowSample<>(settings.split().seed(), settings.testRows()));
    }
  }

  void add(ProbeSampleRow row) {
    rows++;
    double[] targets = row.numbers();
    boolean held = settings.split().isTest(row.sequenceId());
    for (int i = 0; i < concepts.size(); i++) {
      if (concepts.get(i).isLabelled(targets)) {
        (held ? test : train).get(i).add(row.sequenceId(), row.position(), row);
      }
    }
  }

  /** Rows added. */
  long rows() {
    return rows;
  }

  /** Rows added that a concept labels. */
  long labelled(int concept) {
    return train.get(concept).seen() + test.get(concept).seen();
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
