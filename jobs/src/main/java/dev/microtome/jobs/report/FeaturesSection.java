package dev.microtome.jobs.report;

import dev.microtome.sae.evaluation.FeatureExampleRow;
import dev.microtome.sae.evaluation.FeatureLogitRow;
import dev.microtome.sae.evaluation.FeatureRow;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** A few features with what they mean, and the way to all of them. */
final class FeaturesSection implements Section {
  private static final int FEATURES = 3;
  private static final int EXAMPLES = 4;
  private static final int LOGITS = 8;
  private static final String NEURONS = "neurons:";

  private record Place(String sae, int feature) {}

  private final String browser;

  /**
   * The section of one run.
   *
   * @param browser where its pages are, as a link; empty: nowhere
   */
  FeaturesSection(String browser) {
    this.browser = browser;
  }

  @Override
  public String id() {
    return "features";
  }

  @Override
  public String heading() {
    return "Features";
  }

  @Override
  public boolean given(ReportTables tables) {
    return tables.has("features");
  }

  @Override
  public String write(Tag into, ReportTables tables) throws IOException {
    List<FeatureRow> firing =
        tables.rows(
            "features", FeatureRow.class, row -> row.fires() > 0 && !row.sae().startsWith(NEURONS));
    Tag lead =
        into.add(
            "p",
            "%s features fire. These, each of another concept, correlate best with a label of their tokens; below a feature stand the places where it is largest, the darker the larger."
                .formatted(Numbers.count(firing.size())));
    if (!browser.isEmpty()) {
      lead.text(" All of them, to search and sort, are ")
          .add("a", "in the browser of features")
          .with("href", browser + "index.html");
      lead.text(".");
    }
    List<FeatureRow> chosen = chosen(firing);
    Set<Place> places = new HashSet<>();
    chosen.forEach(row -> places.add(new Place(row.sae(), row.feature())));
    List<FeatureLogitRow> logits =
        tables.has("feature_logits")
            ? tables.rows(
                "feature_logits",
                FeatureLogitRow.class,
                row ->
                    row.sign() > 0
                        && row.rank() < LOGITS
                        && places.contains(new Place(row.sae(), row.feature())))
            : List.of();
    List<FeatureExampleRow> examples =
        tables.rows(
            "feature_examples",
            FeatureExampleRow.class,
            row ->
                row.bin().equals("top")
                    && row.rank() < EXAMPLES
                    && places.contains(new Place(row.sae(), row.feature())));
    for (FeatureRow feature : chosen) {
      show(into.add("article"), feature, logits, examples);
    }
    return chosen.isEmpty()
        ? "No feature fires."
        : "Feature %d of %s goes with %s (r = %s)."
            .formatted(
                chosen.get(0).feature(),
                chosen.get(0).sae(),
                meaning(chosen.get(0)),
                Numbers.decimal(chosen.get(0).topLabelCorrelation(), 2));
  }

  /** Those of the highest correlation, each of a concept of its own; without labels the largest. */
  private static List<FeatureRow> chosen(List<FeatureRow> firing) {
    List<FeatureRow> chosen = new ArrayList<>();
    Set<String> concepts = new HashSet<>();
    Comparator<FeatureRow> best =
        Comparator.comparingDouble(
                (FeatureRow row) ->
                    Double.isNaN(row.topLabelCorrelation()) ? -1 : row.topLabelCorrelation())
            .thenComparingDouble(FeatureRow::maxActivation)
            .reversed();
    for (FeatureRow row : firing.stream().sorted(best).toList()) {
      String concept =
          row.topLabel().isEmpty()
              ? "unlabelled " + chosen.size()
              : row.topLabel().replaceFirst("=.*", "");
      if (chosen.size() < FEATURES && concepts.add(concept)) {
        chosen.add(row);
      }
    }
    return chosen;
  }

  private static String meaning(FeatureRow feature) {
    return feature.topLabel().isEmpty() ? "no label" : feature.topLabel();
  }

  private void show(
      Tag into,
      FeatureRow feature,
      List<FeatureLogitRow> logits,
      List<FeatureExampleRow> examples) {
    Tag heading = into.add("h3");
    String name = "%s, feature %d".formatted(feature.sae(), feature.feature());
    if (browser.isEmpty()) {
      heading.text(name);
    } else {
      heading.add("a", name).with("href", browser + "index.html#" + address(feature));
    }
    heading.text(": " + meaning(feature));
    into.add(
        "p",
        "Fires on %s of the tokens; correlation with the label %s; largest value %s."
            .formatted(
                Numbers.percent(feature.density(), 2),
                Numbers.decimal(feature.topLabelCorrelation(), 2),
                Numbers.decimal(feature.maxActivation(), 2)));
    List<FeatureLogitRow> raised =
        logits.stream()
            .filter(row -> row.sae().equals(feature.sae()) && row.feature() == feature.feature())
            .sorted(Comparator.comparingInt(FeatureLogitRow::rank))
            .toList();
    if (!raised.isEmpty()) {
      Tag line = into.add("p", "Raises the logits of");
      raised.forEach(row -> line.text(" ").add("code", readable(row.token())));
    }
    Tag list = into.add("ol").with("class", "examples");
    examples.stream()
        .filter(row -> row.sae().equals(feature.sae()) && row.feature() == feature.feature())
        .sorted(Comparator.comparingInt(FeatureExampleRow::rank))
        .forEach(row -> example(list.add("li"), row, feature.maxActivation()));
  }

  private static String address(FeatureRow feature) {
    return URLEncoder.encode(feature.sae(), StandardCharsets.UTF_8).replace("+", "%20")
        + "/"
        + feature.feature();
  }

  private static void example(Tag into, FeatureExampleRow example, float maximum) {
    Tag line = into.add("p").with("class", "tokens");
    for (int i = 0; i < example.tokens().size(); i++) {
      float value = example.activations()[i];
      Tag token = line.add("span", readable(example.tokens().get(i)));
      if (value > 0) {
        double share = 0.12 + 0.78 * Math.min(1, value / maximum);
        token
            .with("style", String.format(Locale.ROOT, "--a:%.2f", share))
            .with("title", Numbers.decimal(value, 2));
      }
      if (example.firstPosition() + i == example.position()) {
        token.with("class", "own");
      }
    }
  }

  /** Vocabularies spell the space before a word in their own ways. */
  private static String readable(String token) {
    return token
        .replace('\u2581', ' ')
        .replace('\u0120', ' ')
        .replace("\u010A", "↵")
        .replace("\n", "↵");
  }
}
