package dev.microtome.jobs.reproduce;

import dev.microtome.corpus.LabelRow;
import dev.microtome.sae.evaluation.SteeringRow;
import dev.microtome.text.TokenSequence;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a model says when the feature of a label is added.
 *
 * @param strength in multiples of the feature's largest value
 * @param share how likely it is, on average over the tokens that it says, that such a token has the
 *     label in the corpus
 * @param continuation of the first prompt
 */
record Steered(
    String sae, String label, int feature, double strength, double share, String continuation) {

  /** Every label that was steered by, at every strength. */
  static List<Steered> of(RunTables tables, String step, String corpus) {
    Map<Integer, Long> occurrences = new HashMap<>();
    for (TokenSequence sequence : tables.rows(corpus, "tokens", TokenSequence.class)) {
      for (int token : sequence.tokens()) {
        occurrences.merge(token, 1L, Long::sum);
      }
    }
    Map<String, Map<Integer, Long>> labelled = new HashMap<>();
    for (LabelRow row : tables.rows(corpus, "labels", LabelRow.class)) {
      labelled
          .computeIfAbsent(row.concept() + "=" + row.value(), unused -> new HashMap<>())
          .merge(row.tokenId(), 1L, Long::sum);
    }
    List<SteeringRow> rows = tables.rows(step, "steering", SteeringRow.class);
    return rows.stream()
        .filter(row -> row.promptIndex() == 0)
        .map(
            first ->
                new Steered(
                    first.sae(),
                    first.label(),
                    first.feature(),
                    first.strength(),
                    rows.stream()
                        .filter(row -> row.sae().equals(first.sae()))
                        .filter(row -> row.label().equals(first.label()))
                        .filter(row -> row.strength() == first.strength())
                        .mapToDouble(
                            row -> share(row.tokens(), labelled.get(first.label()), occurrences))
                        .average()
                        .orElseThrow(),
                    first.continuation()))
        .toList();
  }

  private static double share(
      int[] tokens, Map<Integer, Long> labelled, Map<Integer, Long> occurrences) {
    double sum = 0;
    for (int token : tokens) {
      sum += (double) labelled.getOrDefault(token, 0L) / occurrences.getOrDefault(token, 1L);
    }
    return sum / tokens.length;
  }
}
