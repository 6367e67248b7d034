package dev.microtome.probing;

import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;
import java.util.ArrayList;
import java.util.List;

/** A row of the table {@code contrast_tries}: a search from other first weights. */
public record ContrastTryRow(
    @Column(doc = "address of the hook point, as in TransformerLens") String hook,
    @Column(doc = "the concept that labels the pairs") String concept,
    @Column(doc = "the try, from 0") int attempt,
    @Column(doc = "consistency and confidence of the fitted pairs together") double loss,
    @Column(doc = "max(a, 1 - a) of the labelled pairs held out") double eitherSignAccuracy,
    @Column(doc = "whether its loss is the smallest, so that it is the one of contrast_scores")
        boolean kept) {
  public static final TableSpec<ContrastTryRow> TABLE =
      TableSpec.of(
          "contrast_tries",
          ContrastTryRow.class,
          "One try of a contrast-consistent search, from random weights of its own.");

  /** The rows of an experiment. */
  public static List<ContrastTryRow> of(
      String hook, String concept, ContrastExperiment experiment) {
    List<ContrastTryRow> rows = new ArrayList<>();
    for (ContrastExperiment.Try each : experiment.tries()) {
      rows.add(
          new ContrastTryRow(
              hook,
              concept,
              rows.size(),
              each.loss(),
              each.accuracy(),
              rows.size() == experiment.kept()));
    }
    return rows;
  }
}
