package dev.microtome.sae.evaluation;

import dev.microtome.table.Column;
import java.util.ArrayList;
import java.util.List;

/** A feature in the list of the pages; passes between stages of a run. */
public record BrowserLineRow(
    @Column(doc = "name of the dictionary") String sae,
    @Column(doc = "index of the feature") int feature,
    @Column(doc = "share of the tokens on which it fires") double density,
    @Column(doc = "mean where it fires") double meanActivation,
    @Column(doc = "largest value") float maxActivation,
    @Column(doc = "effect on the loss") double ablationEffect,
    @Column(doc = "label of highest correlation") String topLabel,
    @Column(doc = "that correlation") double topLabelCorrelation,
    @Column(doc = "cosine of the nearest direction") double nearestCosine,
    @Column(doc = "correlation with the nearest feature") double nearestCorrelation,
    @Column(doc = "tokens that are searched") String text) {
  private static final int TOP_EXAMPLES = 5;
  private static final int LOGITS = 3;

  /** The line of a feature: the tokens of its top examples, then those whose logits it raises. */
  public static BrowserLineRow of(FeatureDescription description) {
    FeatureRow row = description.row();
    List<String> words = new ArrayList<>();
    description.examples().stream()
        .filter(example -> example.bin().equals("top"))
        .limit(TOP_EXAMPLES)
        .map(example -> example.tokens().get(example.position() - example.firstPosition()))
        .forEach(words::add);
    description.logits().stream()
        .filter(logit -> logit.sign() == 1)
        .limit(LOGITS)
        .map(FeatureLogitRow::token)
        .forEach(words::add);
    return new BrowserLineRow(
        row.sae(),
        row.feature(),
        row.density(),
        row.meanActivation(),
        row.maxActivation(),
        row.ablationEffect(),
        row.topLabel(),
        row.topLabelCorrelation(),
        row.nearestCosine(),
        row.nearestCorrelation(),
        String.join(" ", words.stream().distinct().toList()));
  }
}
