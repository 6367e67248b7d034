package dev.microtome.jobs.report;

import dev.microtome.circuits.CircuitScoreRow;
import dev.microtome.heads.HeadScore;
import dev.microtome.heads.HeadScoreRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What each head attends to: over training in a picture, at the end in a table. */
final class HeadsSection implements Section {
  /** Heads in the table. */
  private static final int MOST = 16;

  private static final List<HeadScore> SHOWN =
      List.of(HeadScore.PREFIX_MATCHING, HeadScore.PREVIOUS_TOKEN);

  private static final String COPIES = "full_ov_copying";

  @Override
  public String id() {
    return "heads";
  }

  @Override
  public String heading() {
    return "The heads";
  }

  @Override
  public boolean given(ReportTables tables) {
    return tables.has("head_scores");
  }

  private record Head(String model, int layer, int head) {
    static Head of(HeadScoreRow row) {
      return new Head(row.model(), row.layer(), row.head());
    }

    @Override
    public String toString() {
      return "%s %d.%d".formatted(model, layer, head);
    }
  }

  @Override
  public String write(Tag into, ReportTables tables) throws IOException {
    List<HeadScoreRow> rows =
        tables.rows(
            "head_scores",
            HeadScoreRow.class,
            row -> SHOWN.stream().anyMatch(score -> score.label().equals(row.score())));
    into.add(
        "p",
        "A circuit of two heads does it: one, in an early layer, carries the token before along; the"
            + " other, an induction head above it, finds where its own token was that token before,"
            + " and copies what stands there (Elhage et al. 2021). That it copies is read off its weights:"
            + " 1 where all eigenvalues of what it does to tokens are positive.");
    Map<String, Long> steps = new TreeMap<>();
    rows.forEach(row -> steps.merge(row.model(), row.step(), Math::max));
    Map<Head, Map<String, Double>> last = last(rows, steps);
    if (tables.has("circuit_scores")) {
      // Of the same checkpoint: the framework may have read more of them.
      for (CircuitScoreRow row :
          tables.rows(
              "circuit_scores",
              CircuitScoreRow.class,
              row -> row.score().equals(COPIES) && row.step() == last(row.model(), steps))) {
        last.getOrDefault(new Head(row.model(), row.layer(), row.head()), new TreeMap<>())
            .put(COPIES, row.value());
      }
    }
    List<Map.Entry<Head, Map<String, Double>>> sorted =
        last.entrySet().stream()
            .sorted(
                Comparator.comparingDouble(
                        (Map.Entry<Head, Map<String, Double>> entry) ->
                            score(entry, HeadScore.PREFIX_MATCHING))
                    .reversed())
            .limit(MOST)
            .toList();
    picture(into.add("div").with("class", "figures"), rows);
    Grid grid =
        new Grid(
            into,
            "Heads at the last checkpoint, layer.head%s (head_scores, circuit_scores)"
                .formatted(
                    last.size() > MOST ? ", the first %d of %d".formatted(MOST, last.size()) : ""),
            List.of("Head", "Prefix matching", "Attends to the token before", "Copies"));
    for (Map.Entry<Head, Map<String, Double>> entry : sorted) {
      grid.row(
          entry.getKey().toString(),
          Numbers.decimal(score(entry, HeadScore.PREFIX_MATCHING), 3),
          Numbers.decimal(score(entry, HeadScore.PREVIOUS_TOKEN), 3),
          Numbers.decimal(entry.getValue().getOrDefault(COPIES, Double.NaN), 2));
    }
    Map.Entry<Head, Map<String, Double>> best = sorted.get(0);
    return "%s of the attention of head %s goes to what followed its token before."
        .formatted(Numbers.percent(score(best, HeadScore.PREFIX_MATCHING), 0), best.getKey());
  }

  private static double score(Map.Entry<Head, Map<String, Double>> entry, HeadScore score) {
    return entry.getValue().getOrDefault(score.label(), Double.NaN);
  }

  /** Scores by their names, of each head of each model's last checkpoint. */
  private static Map<Head, Map<String, Double>> last(
      List<HeadScoreRow> rows, Map<String, Long> steps) {
    Map<Head, Map<String, Double>> last = new LinkedHashMap<>();
    for (HeadScoreRow row : rows) {
      if (row.step() == last(row.model(), steps)) {
        last.computeIfAbsent(Head.of(row), head -> new TreeMap<>()).put(row.score(), row.value());
      }
    }
    return last;
  }

  private static long last(String model, Map<String, Long> steps) {
    return steps.getOrDefault(model, -1L);
  }

  private static void picture(Tag into, List<HeadScoreRow> rows) throws IOException {
    for (HeadScore score : List.of(HeadScore.PREFIX_MATCHING, HeadScore.PREVIOUS_TOKEN)) {
      List<HeadScoreRow> shown =
          rows.stream()
              .filter(row -> row.score().equals(score.label()) && row.step() > 0)
              .sorted(
                  Comparator.comparing(HeadScoreRow::model)
                      .thenComparingInt(HeadScoreRow::layer)
                      .thenComparingInt(HeadScoreRow::head)
                      .thenComparingLong(HeadScoreRow::step))
              .toList();
      List<Chart.Mark> marks = new ArrayList<>();
      List<String> lines = new ArrayList<>();
      for (HeadScoreRow row : shown) {
        marks.add(
            new Chart.Mark(
                "%s, layer %d".formatted(row.model(), row.layer()), row.step(), row.value()));
        lines.add(Head.of(row).toString());
      }
      String name = score.label().replace('_', ' ');
      Svg.draw(
          into,
          new Chart("training step", name).logarithmic().lines(marks, lines),
          "heads-" + score.label().replace('_', '-'),
          "A line is a head: " + name + " over training.",
          "%s of %d heads over training; the table has the last values"
              .formatted(name, lines.stream().distinct().count()));
    }
  }
}
