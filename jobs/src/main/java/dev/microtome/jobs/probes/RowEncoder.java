package dev.microtome.jobs.probes;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.jobs.labels.ActivationSource;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.probing.ProbeSampleRow;
import java.util.List;

/** Makes of an activation and its labels the row that probes are fitted to. */
final class RowEncoder {
  private final List<ConceptColumns> concepts;
  private final Unlabelled unlabelled;
  private final List<ConceptTargets.Encoder> encoders;

  RowEncoder(List<ConceptColumns> concepts, Unlabelled unlabelled) {
    this.concepts = concepts;
    this.unlabelled = unlabelled;
    encoders = concepts.stream().map(concept -> concept.targets().encoder()).toList();
  }

  /**
   * Makes a row.
   *
   * @throws IllegalArgumentException if a number is not finite or a label is none of its concept
   */
  ProbeSampleRow row(ActivationSource.ArrayRow row, int token, List<List<String>> values) {
    ProbeSampleRow.requireFinite(row.activation());
    ConceptColumns last = concepts.get(concepts.size() - 1);
    double[] targets = new double[last.from() + last.width()];
    for (int i = 0; i < concepts.size(); i++) {
      ConceptColumns concept = concepts.get(i);
      concept.write(unlabelled.label(values.get(i), concept.targets()), encoders.get(i), targets);
    }
    return new ProbeSampleRow(
        row.hook(),
        row.sequenceId(),
        row.position(),
        token,
        row.activation(),
        ProbeSampleRow.bytes(targets));
  }
}
