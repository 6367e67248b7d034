package dev.microtome.jobs.gaps;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.Warnings;
import dev.microtome.probing.Interval;
import dev.microtome.probing.SequenceSplit;
import dev.microtome.probing.TprGap;
import dev.microtome.probing.TprGapNoise;
import dev.microtome.probing.TprGapRow;
import dev.microtome.probing.TprGapSummaryRow;
import dev.microtome.probing.TprGaps;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.junit.jupiter.api.Test;

/** The job through the command line, on profiles and on tables as users have them. */
class TprGapTest extends TprGapRuns {
  private static final List<String> WORDS =
      List.of("treats wounds", "repairs engines", "bakes bread");

  @Test
  void measuresTheGapsOfAGeneratedCorpusBeforeAndAfter() throws IOException {
    JobRun run =
        run(
                "out",
                shared.resolve("corpus"),
                "hooks=[hook_embed, blocks.0.hook_resid_post]",
                "test-share=0.4",
                "resamples=150",
                "seed=3")
            .succeeded();

    List<TprGapSummaryRow> summaries = run.rows(TprGapSummaryRow.TABLE);
    assertThat(summaries)
        .extracting(row -> row.hook() + " " + row.eraser())
        .containsExactlyInAnyOrder(
            "hook_embed none",
            "hook_embed leace",
            "blocks.0.hook_resid_post none",
            "blocks.0.hook_resid_post leace");
    for (TprGapSummaryRow row : summaries) {
      assertThat(row.labels()).isEqualTo(21);
      assertThat(row.trainDocuments() + row.testDocuments()).isEqualTo(1500);
      assertThat(row.leftOut()).isZero();
      assertThat(row.accuracyLow()).isGreaterThan(row.majorityBaseline() + 0.2);
      assertThat(row.converged()).isTrue();
      assertThat(row.layer()).isEqualTo(row.hook().equals("hook_embed") ? -1 : 0);
      if (row.eraser().equals("none")) {
        assertThat(row.conceptAccuracyLow()).isGreaterThan(0.9); // pronouns
        assertThat(row.rank()).isZero();
        assertThat(row.squaredDistance()).isZero();
      } else {
        assertThat(row.conceptAccuracy()).isCloseTo(row.conceptMajorityBaseline(), within(0.05));
        assertThat(row.rank()).isEqualTo(1);
      }
    }
    List<TprGapRow> gaps = run.rows(TprGapRow.TABLE);
    assertThat(gaps).hasSize(4 * 21);
    assertThat(gaps)
        .allMatch(row -> row.group().equals("female") && row.otherGroup().equals("male"));
    for (TprGapSummaryRow summary : summaries) {
      List<TprGapRow> own =
          gaps.stream()
              .filter(row -> row.hook().equals(summary.hook()))
              .filter(row -> row.eraser().equals(summary.eraser()))
              .toList();
      assertThat(own.stream().mapToLong(row -> row.trainGroup() + row.trainOther()).sum())
          .isEqualTo(summary.trainDocuments());
      double right =
          own.stream()
              .mapToDouble(
                  row ->
                      (row.testGroup() == 0 ? 0 : row.tprGroup() * row.testGroup())
                          + (row.testOther() == 0 ? 0 : row.tprOther() * row.testOther()))
              .sum();
      assertThat(right / summary.testDocuments()).isCloseTo(summary.accuracy(), within(1e-12));
      List<TprGapRow> defined = own.stream().filter(row -> !Double.isNaN(row.gap())).toList();
      assertThat(own.size() - defined.size()).isEqualTo((int) summary.labelsWithoutGap());
      assertThat(summary.rmsGap() * summary.rmsGap())
          .isCloseTo(mean(defined, row -> row.gap() * row.gap()), within(1e-12));
      double gap = mean(defined, TprGapRow::gap);
      double share = mean(defined, TprGapRow::groupShare);
      double covariance = mean(defined, row -> row.gap() * row.groupShare()) - gap * share;
      double variances =
          (mean(defined, row -> row.gap() * row.gap()) - gap * gap)
              * (mean(defined, row -> row.groupShare() * row.groupShare()) - share * share);
      assertThat(summary.shareCorrelation())
          .isCloseTo(covariance / Math.sqrt(variances), within(1e-10)); // E[xy] - E[x]E[y]
      for (TprGapRow row : own) {
        assertThat(row.groupShare())
            .isEqualTo((double) row.trainGroup() / (row.trainGroup() + row.trainOther()));
        Interval interval = counts(row).interval();
        assertThat(List.of(row.gapLow(), row.gapHigh(), row.gapByChance()))
            .isEqualTo(List.of(interval.low(), interval.high(), counts(row).byChance()));
      }
      TprGaps counts = new TprGaps(own.stream().map(TprGapTest::counts).toList());
      Interval correlation = counts.shareCorrelationInterval();
      assertThat(
              List.of(
                  summary.rmsGapByChance(),
                  summary.shareCorrelationLow(),
                  summary.shareCorrelationHigh()))
          .isEqualTo(List.of(counts.rmsByChance(), correlation.low(), correlation.high()));
      assertThat(
              new TprGapNoise(
                  summary.rmsGapLow(),
                  summary.rmsGapHigh(),
                  summary.rmsGapP(),
                  summary.shareCorrelationP()))
          .isEqualTo(TprGapNoise.of(counts, 150, 3));
    }
    // A classifier that leans on gender knows more of those whom a profession is full of.
    assertThat(summaries.stream().filter(row -> row.eraser().equals("none")))
        .allMatch(row -> row.shareCorrelation() > 0.2);
  }

  private static TprGap counts(TprGapRow row) {
    return new TprGap(
        row.trainGroup(),
        row.trainOther(),
        row.testGroup(),
        Math.round(row.tprGroup() * row.testGroup()), // 0 of none
        row.testOther(),
        Math.round(row.tprOther() * row.testOther()));
  }

  private static double mean(List<TprGapRow> rows, ToDoubleFunction<TprGapRow> value) {
    return rows.stream().mapToDouble(value).average().orElseThrow();
  }

  /**
   * Vectors differ by the batches of a part, in the last bits; what is counted of them does not.
   */
  @Test
  void partsDoNotChangeWhatIsFound() throws IOException {
    Path corpus = shared.resolve("corpus");
    List<TprGapRow> whole = run("whole", corpus).succeeded().rows(TprGapRow.TABLE);
    List<TprGapRow> cut =
        run("cut", corpus, "documents-per-part=170").succeeded().rows(TprGapRow.TABLE);
    assertThat(cut).isEqualTo(whole);
    // Labels are read in parts of 1024, and each part draws.
    String[] few = {"train-documents=150", "test-documents=60"};
    List<TprGapRow> drawn = run("drawn", corpus, few).succeeded().rows(TprGapRow.TABLE);
    List<TprGapRow> twice =
        run("twice", corpus, few[0], few[1], "documents-per-part=1")
            .succeeded()
            .rows(TprGapRow.TABLE);
    assertThat(twice).isEqualTo(drawn);
  }

  @Test
  void aKilledRunIsTakenUp() throws IOException {
    Path corpus = shared.resolve("corpus");
    String[] sets = {"documents-per-part=300", "train-documents=600", "test-documents=200"};
    JobRun run = run("out", corpus, sets).succeeded();
    Map<String, byte[]> written = JobRun.written(folder.resolve("out"));
    assertThat(run.rows(TprGapSummaryRow.TABLE).get(0).trainDocuments()).isEqualTo(600);
    assertThat(run.rows(TprGapSummaryRow.TABLE).get(0).testDocuments()).isEqualTo(200);
    Path newest = JobRun.newest(folder.resolve("out"));
    Files.delete(newest.resolve("_SUCCESS"));
    Files.delete(newest.resolve("parts/gaps/00000.json"));
    Files.delete(newest.resolve("parts/vectors/00001.json"));
    run("out", corpus, sets).succeeded();
    assertThat(JobRun.newest(folder.resolve("out"))).isEqualTo(newest);
    JobRun.assertSame(JobRun.written(folder.resolve("out")), written);
  }

  /**
   * Whole numbers and truths as labels and groups, other names of columns, a text without words.
   */
  @Test
  void readsTablesAsUsersHaveThem() throws IOException {
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 240; i++) {
      boolean woman = i % 4 == 0;
      String text = i == 17 ? "  " : (woman ? "She " : "He ") + WORDS.get(i % 3) + " every day.";
      rows.add(RowFactory.create(i % 3, woman, text));
    }
    Path table =
        write(
            "bios",
            rows,
            "job",
            DataTypes.IntegerType,
            "woman",
            DataTypes.BooleanType,
            "hard_text",
            DataTypes.StringType);
    JobRun run =
        run(
                "out",
                table,
                "text-column=hard_text",
                "label-column=job",
                "concept-column=woman",
                "groups=[\"true\", \"false\"]",
                "pooling=last",
                "max-tokens=5")
            .succeeded();
    List<TprGapSummaryRow> summaries = run.rows(TprGapSummaryRow.TABLE);
    assertThat(summaries).hasSize(2);
    TprGapSummaryRow none = summaries.get(0);
    assertThat(none.hook()).isEqualTo("blocks.0.hook_resid_post");
    assertThat(none.leftOut()).isEqualTo(1);
    assertThat(none.trainDocuments() + none.testDocuments()).isEqualTo(239);
    assertThat(none.accuracy()).isEqualTo(1); // the last of five tokens is the work
    assertThat(run.rows(TprGapRow.TABLE))
        .extracting(TprGapRow::label)
        .containsExactly("0", "1", "2", "0", "1", "2");
    assertThat(run.rows(TprGapRow.TABLE).get(0).group()).isEqualTo("true");
  }

  /** Those held out are all one text, of which there would be nothing to erase. */
  @Test
  void theEraserIsFittedToTheDocumentsThatClassifiersAreFittedTo() throws IOException {
    SequenceSplit split = new SequenceSplit(0, 0.25, 4);
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < 120; i++) {
      String text =
          split.isTest(i) ? "It rests." : (i % 4 == 0 ? "She " : "He ") + WORDS.get(i % 3) + ".";
      rows.add(RowFactory.create(i % 3, i % 4 == 0, text));
    }
    Path table = numbered(rows);
    assertThat(run("out", table).succeeded().rows(TprGapSummaryRow.TABLE))
        .extracting(TprGapSummaryRow::rank)
        .containsExactly(0, 1);
  }

  /** The same documents in both formats give the same tables. */
  @Test
  void readsLinesOfJson() throws IOException {
    List<Row> rows = new ArrayList<>();
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < 120; i++) {
      String text = (i % 4 == 0 ? "She " : "He ") + WORDS.get(i % 3) + ".";
      rows.add(RowFactory.create(i % 3, i % 4 == 0, text));
      lines.append(
          "{\"id\": %d, \"text\": \"%s\", \"gender\": %s, \"profession\": %d}%n"
              .formatted(i, text, i % 4 == 0, i % 3));
    }
    Path table = numbered(rows);
    Path file = Files.writeString(folder.resolve("bios.jsonl"), lines);
    List<TprGapRow> expected =
        run("a", table, "documents-per-part=50").succeeded().rows(TprGapRow.TABLE);
    assertThat(run("b", file, "documents-per-part=50").succeeded().rows(TprGapRow.TABLE))
        .isEqualTo(expected);
    // In two files, and behind them documents without a label.
    Path parts = Files.createDirectory(folder.resolve("parts"));
    int cut = lines.indexOf("{\"id\": 70,");
    String unlabelled = "{\"text\": \"She rests.\", \"gender\": true, \"profession\": \"\"}%n";
    Files.writeString(parts.resolve("a.jsonl"), lines.substring(0, cut));
    Files.writeString(
        parts.resolve("b.jsonl"), lines.substring(cut) + unlabelled.formatted().repeat(2));
    JobRun ofTwo = run("two", parts.resolve("*.jsonl"), "documents-per-part=50").succeeded();
    assertThat(ofTwo.rows(TprGapRow.TABLE)).isEqualTo(expected);
    assertThat(ofTwo.rows(TprGapSummaryRow.TABLE)).allMatch(row -> row.leftOut() == 2);
    try (Warnings warnings = new Warnings()) {
      run("few", file, "train-documents=48").succeeded();
      assertThat(warnings.lines())
          .anyMatch(
              line ->
                  line.endsWith(
                      ", concept 'gender': 48 rows for 48 dimensions: the eraser fits these rows alone; train-documents above the dimensions make one for others"));
    }
    Files.writeString(file, lines + "{\"text\": \"She\", \"profession\": 1}");
    run("c", file).refusedWith("bios.jsonl line 121: no field 'gender' (fields: text, profession)");
  }

  /** Documents whose professions are numbers and whose gender is one of two. */
  private Path numbered(List<Row> rows) {
    return write(
        "rows",
        rows,
        "profession",
        DataTypes.IntegerType,
        "gender",
        DataTypes.BooleanType,
        "text",
        DataTypes.StringType);
  }
}
