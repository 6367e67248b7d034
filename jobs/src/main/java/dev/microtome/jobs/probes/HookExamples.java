package dev.microtome.jobs.probes;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.labels.LabelShares;
import dev.microtome.probing.Examples;
import dev.microtome.probing.ProbeCountRow;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.Serializable;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reads the sample of a hook point back and hands each concept's examples on.
 *
 * @param shares what may be without each other
 */
record HookExamples(List<ConceptColumns> concepts, SampleSettings settings, LabelShares shares)
    implements Serializable {

  /** Does something with the examples of one concept. */
  @FunctionalInterface
  interface Action {
    /**
     * Does it.
     *
     * @throws IllegalArgumentException if the examples do not suit; its message is given the hook
     *     point and concept
     */
    void accept(ConceptColumns concept, Examples train, Examples test) throws IOException;
  }

  /** Goes through the concepts in their order. */
  void forEach(HookPart part, PartContext context, Action action) throws IOException {
    requireLabels(part.hook(), part.counts(), context.tables());
    HookSample sample =
        new HookSample(concepts, settings, Collections.nCopies(concepts.size(), 0L));
    for (String path : part.samples()) {
      try (RowReader<ProbeSampleRow> rows = context.tables().read(path, ProbeSampleRow.class)) {
        rows.forEachRemaining(sample::add);
      }
    }
    for (int i = 0; i < concepts.size(); i++) {
      String what = "%s, concept '%s'".formatted(part.hook(), concepts.get(i).name());
      if (!sample.hasBoth(i)) {
        throw new RejectedContentException(
            "%s: sequences to fit to or to score on are missing; more sequences, or another seed, are needed"
                .formatted(what));
      }
      try (Examples train = sample.train(i);
          Examples test = sample.test(i)) {
        action.accept(concepts.get(i), train, test);
      } catch (IllegalArgumentException e) {
        throw new RejectedContentException(what + ": " + e.getMessage(), e);
      }
      context.progress(i + 1L);
    }
  }

  /**
   * Refuses a hook point whose activations and labels do not meet.
   *
   * @param files with its counts
   */
  void requireLabels(String hook, List<String> files, TableReader tables) throws IOException {
    Map<String, long[]> counts = new HashMap<>();
    for (String path : files) {
      try (RowReader<ProbeCountRow> rows = tables.read(path, ProbeCountRow.class)) {
        rows.forEachRemaining(
            row -> {
              long[] sums = counts.computeIfAbsent(row.concept(), unused -> new long[2]);
              sums[0] += row.labelled();
              sums[1] += row.unlabelled();
            });
      }
    }
    for (ConceptColumns concept : concepts) {
      long[] sums = counts.get(concept.name());
      shares.require(hook, concept.name(), sums[0], sums[1]);
    }
  }
}
