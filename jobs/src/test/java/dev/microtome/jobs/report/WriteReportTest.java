package dev.microtome.jobs.report;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.heads.HeadScoreRow;
import dev.microtome.heads.RepeatPredictionRow;
import dev.microtome.sae.evaluation.FeatureExampleRow;
import dev.microtome.sae.evaluation.FeatureLogitRow;
import dev.microtome.sae.evaluation.FeatureRow;
import dev.microtome.sae.evaluation.SaeEvaluationRow;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The page of tables in memory. */
class WriteReportTest {
  private static final List<StepFacts> STEPS =
      List.of(
          new StepFacts("corpus", "generate-corpus", 61.5, 2000, 1_500_000),
          new StepFacts("models", "train-model", 118.5, 1_000_000, 3_500_000));

  private static String page(GivenRows rows, List<StepFacts> steps, String browser)
      throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    WriteReport.page(
            new ReportPart(
                "A title", List.of(), steps, "plain at blocks.0.hook_resid_post", browser),
            rows.tables())
        .write(out);
    return out.toString(StandardCharsets.UTF_8);
  }

  private static String page(GivenRows rows) throws IOException {
    return page(rows, STEPS, "../../../features/F/browser/");
  }

  /** The page's words, without its pictures. */
  private static String words(String page) {
    return page.replaceAll("(?s)<style.*?</style>|<svg.*?</svg>", "")
        .replaceAll("<[^>]*>", " ")
        .replace("&rarr;", "→")
        .replace("&minus;", "−")
        .replace("&ndash;", "–")
        .replaceAll("\\s+", " ");
  }

  @Test
  void everyNumberIsTheTables() throws IOException {
    String words = words(page(MadeUpTables.of("plain")));
    assertThat(words)
        .contains(
            "two-layer: 0.0 % of the repeated tokens foretold at first, 100.0 % at last, half of that by step 100.",
            "one-layer: 0.0 % of the repeated tokens foretold at first, 25.0 % at last, no jump.",
            // accuracy, jump, loss, score, prefix matching
            "two-layer 0.000 → 1.000 100 4.000 → 3.000 0.000 → −1.000 0.000 → 1.000",
            "one-layer 0.000 → 0.250 none – – 0.031 → 0.031",
            "100 % of the attention of head two-layer 1.0",
            "two-layer 1.0 1.000 0.250 0.88", // copies, as the weights of the same checkpoint have
            // it
            "With 8 features a token in place of blocks.0.mlp.hook_post (topk) 88.9 % of its part in the loss is recovered and 80.0 % of the variance explained.",
            "topk blocks.0.mlp.hook_post 8.0 80.0 % 88.9 % 6.3 %",
            "4 features fire.",
            "Feature 7 of topk goes with kind=plain (r = 0.88).",
            "A linear probe tells plain at blocks.0.hook_resid_post in 87.5 % of the cases (81.3 % to 93.8 %); with 1 dimension erased in 56.3 % (50.0 % to 62.5 %), and always saying the commonest class is right in 50.0 %.",
            "given logistic 1 0.563 0.500 to 0.625 0.500 0.1250",
            // 2 nats of 30 tokens and 3 of 10; half a nat more of the 10 once it is erased
            "Without plain at blocks.0.hook_resid_post the loss of plain goes from 2.250 to 2.375 nats a token.",
            "plain 1,000 40 2.250 2.375 0.125",
            "2 steps wrote 1,002,000 rows in 3 min 00 s.",
            "corpus generate-corpus 61.5 s 2,000 1.5 MB");
  }

  @Test
  void showsFeaturesOfDifferentConceptsThatFire() throws IOException {
    String page = page(MadeUpTables.of("plain"));
    assertThat(words(page))
        .contains("topk, feature 7 : kind=plain", "topk, feature 9 : region=dna")
        .contains("topk, feature 10 : no label")
        .doesNotContain("feature 8", "feature 3", "noun", "lowered", "drawn");
    assertThat(page)
        .contains("href=\"../../../features/F/browser/index.html#topk/7\"")
        // the largest is darkest, the example's own token marked, a space is a space
        .contains("<span class=\"own\" style=\"--a:0.90\" title=\"4.00\"> own</span>")
        .contains("<span style=\"--a:0.32\" title=\"1.00\"> next</span>");
  }

  @Test
  void withoutPagesOfFeaturesNothingIsLinked() throws IOException {
    assertThat(page(MadeUpTables.of("plain"), STEPS, "")).doesNotContain("browser", "index.html");
  }

  @ParameterizedTest(name = "without {0}")
  @CsvSource({
    "head_scores repeat_predictions in_context_learning loss_pca loss_pca_components, phase-change",
    "head_scores repeat_predictions in_context_learning, heads",
    "sae_evaluation density_histogram, saes",
    "features feature_examples feature_logits, features",
    "erasure_probes, erasure"
  })
  void aSectionWithoutItsTablesIsLeftOut(String tables, String section) throws IOException {
    GivenRows all = MadeUpTables.of("plain");
    String id = "id=\"" + section + "\"";
    assertThat(page(all)).contains(id, "href=\"#" + section + "\"");
    assertThat(page(all.without(tables.split(" ", -1))))
        .doesNotContain(id, "href=\"#" + section + "\"")
        .contains("id=\"next\"");
  }

  @Test
  void partsOfASectionAreLeftOutAlone() throws IOException {
    GivenRows all = MadeUpTables.of("plain");
    assertThat(page(all)).contains("id=\"plane\"", "id=\"loss\"", "id=\"densities\"");
    String less =
        page(
            all.without(
                "loss_pca", "loss_pca_components", "in_context_learning", "density_histogram"));
    assertThat(less)
        .contains("id=\"accuracy\"", "id=\"frontier\"")
        .doesNotContain("id=\"plane\"", "id=\"loss\"", "id=\"densities\"");
    String plane = page(all.without("head_scores", "repeat_predictions", "in_context_learning"));
    assertThat(plane).contains("id=\"plane\"").doesNotContain("id=\"accuracy\"");
    assertThat(page(all, List.of(), "")).doesNotContain("id=\"steps\"");
  }

  /** Three features of as many concepts, of each four places and eight tokens: the first ones. */
  @Test
  void ofFeaturesOnlyTheFirstAreShown() throws IOException {
    List<FeatureRow> features = new ArrayList<>();
    for (int feature = 1; feature <= 5; feature++) {
      features.add(
          MadeUpTables.feature("topk", feature, 10, "k%d=x".formatted(feature), 1.0 / feature));
    }
    List<FeatureLogitRow> logits = new ArrayList<>();
    List<FeatureExampleRow> examples = new ArrayList<>();
    for (int rank = 0; rank < 12; rank++) {
      logits.add(new FeatureLogitRow("topk", 1, rank, 1, rank, "logit" + rank, 12 - rank));
      examples.add(
          new FeatureExampleRow(
              "topk", 1, rank, "top", rank, 3, 1, 3, List.of("place" + rank), new float[] {1}));
    }
    GivenRows rows =
        MadeUpTables.of("plain")
            .with("features", features)
            .with("feature_logits", logits)
            .with("feature_examples", examples);
    String page = page(rows);
    assertThat(page.split("<article>", -1)).hasSize(1 + 3);
    assertThat(words(page))
        .contains("Raises the logits of logit0 logit1 logit2 logit3 logit4 logit5 logit6 logit7 ")
        .contains("place0 place1 place2 place3")
        .doesNotContain("logit8", "place4");
    assertThat(page(rows.backwards("features", "feature_logits", "feature_examples")))
        .isEqualTo(page);
  }

  @Test
  void ofHeadsOnlyTheFirstAreInTheTable() throws IOException {
    List<HeadScoreRow> scores = new ArrayList<>();
    for (int head = 0; head < 20; head++) {
      scores.add(new HeadScoreRow("model", 10, 0, head, "prefix_matching", head / 20.0));
      scores.add(new HeadScoreRow("model", 20, 0, head, "prefix_matching", head / 20.0));
    }
    assertThat(words(page(MadeUpTables.of("plain").with("head_scores", scores))))
        .contains("layer.head, the first 16 of 20 (", "model 0.19 0.950", "model 0.4 0.200")
        .doesNotContain("model 0.3 ");
  }

  @Test
  void theOrderOfRowsDoesNotMatter() throws IOException {
    GivenRows rows = MadeUpTables.of("plain");
    assertThat(
            page(
                rows.backwards(
                    "repeat_predictions",
                    "in_context_learning",
                    "circuit_scores",
                    "loss_pca",
                    "loss_pca_components",
                    "sae_evaluation")))
        .isEqualTo(page(rows));
  }

  @Test
  void whatIsBeforeAnEraserStandsBeforeIt() throws IOException {
    assertThat(words(page(MadeUpTables.of("plain").backwards("erasure_probes"))))
        .containsSubsequence("none mlp 0", "none logistic 0", "given logistic 1");
  }

  /** A dotted line where the one model jumps, and its place among the checkpoints in the plane. */
  @Test
  void picturesShowTheJump() throws IOException {
    GivenRows rows = MadeUpTables.of("plain");
    String page = page(rows);
    String rests =
        page(
            rows.with(
                "repeat_predictions",
                List.of(
                    new RepeatPredictionRow(MadeUpTables.JUMPS, 1, 2, 0, 0),
                    new RepeatPredictionRow(MadeUpTables.JUMPS, 1000, 2, 0.25, 0))));
    assertThat(count(figure(page, "accuracy"), "stroke-dasharray"))
        .isEqualTo(count(figure(rests, "accuracy"), "stroke-dasharray") + 1);
    // Four checkpoints behind step 0, and the nearest to the jump once more.
    assertThat(count(figure(page, "plane"), "<circle"))
        .isEqualTo(count(figure(rests, "plane"), "<circle") + 1)
        .isEqualTo(5);
    assertThat(count(figure(page, "erasure-0"), "stroke-dasharray")).isEqualTo(1);
  }

  private static String figure(String page, String id) {
    int from = page.indexOf("<figure id=\"" + id + "\"");
    return page.substring(from, page.indexOf("</figure>", from));
  }

  private static int count(String text, String part) {
    return text.split(Pattern.quote(part), -1).length - 1;
  }

  @Test
  void anAutoencoderWhoseLossSaysNothingIsNotTheBest() throws IOException {
    List<SaeEvaluationRow> rows = new ArrayList<>(MadeUpTables.evaluation("plain"));
    rows.add(MadeUpTables.metric("silent", "l0", 2));
    rows.add(MadeUpTables.metric("silent", "loss_recovered", Double.NaN));
    assertThat(words(page(MadeUpTables.of("plain").with("sae_evaluation", rows))))
        .contains("(topk) 88.9 % of its part in the loss", "silent blocks.0.mlp.hook_post 2.0 – –");
  }

  @Test
  void whatErasingCostsIsLeftOutWithoutBothLosses() throws IOException {
    GivenRows all = MadeUpTables.of("plain");
    for (String missing : List.of(ErasedLoss.BEFORE, ErasedLoss.AFTER)) {
      assertThat(page(all.without(missing)))
          .contains("id=\"erasure\"")
          .doesNotContain("nats a token");
    }
  }

  @Test
  void theSameTablesAreTheSamePage() throws IOException {
    assertThat(page(MadeUpTables.of("plain"))).isEqualTo(page(MadeUpTables.of("plain")));
  }

  @Test
  void namesThatTryToBeMarkupAreText() throws IOException {
    String hostile =
        "</style></script><img src=x onerror=\"window.hacked=1\">&lt;\\(x\\)\u0000\uD800";
    String page = page(MadeUpTables.of(hostile));
    assertThat(page.replaceAll("=\"[^\"]*\"", ""))
        .doesNotContain("<img", "<script", "</script")
        .contains("&lt;img src=x");
    // One style of the page and one of each picture.
    assertThat(Pattern.compile("<svg").matcher(page).results().count())
        .isEqualTo(Pattern.compile("<style").matcher(page).results().count() - 1)
        .isEqualTo(10);
  }
}
