package dev.microtome.jobs.report;

import dev.microtome.dynamics.LossPcaComponentRow;
import dev.microtome.dynamics.LossPcaRow;
import dev.microtome.dynamics.Series;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;

/** When models learnt induction: curves over training, and the plane of per-token losses. */
final class PhaseChangeSection implements Section {
  private static final String STEPS = "training step";

  @Override
  public String id() {
    return "phase-change";
  }

  @Override
  public String heading() {
    return "The phase change";
  }

  @Override
  public boolean given(ReportTables tables) {
    return tables.has("repeat_predictions") || tables.has("loss_pca");
  }

  @Override
  public String write(Tag into, ReportTables tables) throws IOException {
    into.add(
        "p",
        "Induction is to look up what followed a token before (… A B … A → B). A model that learns it"
            + " does so all at once: within a few hundred steps its accuracy, its loss, its use of the"
            + " context and the attention of its heads change together. A model of one layer of plain"
            + " attention has no way to (Olsson et al. 2022).");
    Optional<Learning> learning =
        tables.has("repeat_predictions") ? Optional.of(Learning.of(tables)) : Optional.empty();
    List<String> told = new ArrayList<>();
    if (learning.isPresent()) {
      numbers(into, learning.get());
      curves(into.add("div").with("class", "figures"), learning.get());
      learning.get().accuracy().keySet().forEach(model -> told.add(told(model, learning.get())));
    }
    if (tables.has("loss_pca")) {
      plane(into, tables, learning);
    }
    return String.join(" ", told);
  }

  private static String told(String model, Learning learning) {
    Series accuracy = learning.accuracy().get(model);
    String jump =
        learning
            .jump(model)
            .map(step -> "half of that by step " + Numbers.decimal(step, 0))
            .orElse("no jump");
    return "%s: %s of the repeated tokens foretold at first, %s at last, %s."
        .formatted(
            model, Numbers.percent(accuracy.first(), 1), Numbers.percent(accuracy.last(), 1), jump);
  }

  private static void numbers(Tag into, Learning learning) {
    Grid grid =
        new Grid(
            into,
            "First → last checkpoint. The jump is the step at which half of the gain of accuracy is"
                + " reached, of models that gain at least "
                + Numbers.percent(Learning.JUMP, 0)
                + ".",
            List.of(
                "Model",
                "Accuracy on repeated tokens",
                "Step of the jump",
                "Loss, nats",
                "In-context score, nats",
                "Best prefix matching"));
    learning
        .accuracy()
        .forEach(
            (model, accuracy) ->
                grid.row(
                    model,
                    ends(accuracy, 3),
                    learning.jump(model).map(step -> Numbers.decimal(step, 0)).orElse("none"),
                    ends(learning.loss().get(model), 3),
                    ends(learning.score().get(model), 3),
                    ends(learning.matching().get(model), 3)));
  }

  private static String ends(Series series, int decimals) {
    return series == null
        ? "–"
        : Numbers.decimal(series.first(), decimals)
            + " → "
            + Numbers.decimal(series.last(), decimals);
  }

  private static void curves(Tag into, Learning learning) throws IOException {
    curve(
        into,
        "accuracy",
        learning.accuracy(),
        learning,
        "accuracy",
        "Tokens of random segments, from their second repetition on, that the model holds likeliest"
            + " (repeat_predictions). Dotted: the jump.");
    curve(
        into,
        "loss",
        learning.loss(),
        learning,
        "loss, nats",
        "Mean loss of held-out sequences (in_context_learning).");
    curve(
        into,
        "in-context-score",
        learning.score(),
        learning,
        "score, nats",
        "Loss late in a sequence minus loss early in it: the lower, the more the context tells.");
    curve(
        into,
        "prefix-matching",
        learning.matching(),
        learning,
        "attention",
        "Prefix matching: how far the best head of each model attends to what followed its token"
            + " before (head_scores).");
  }

  private static void curve(
      Tag into,
      String id,
      NavigableMap<String, Series> series,
      Learning learning,
      String y,
      String caption)
      throws IOException {
    if (series.isEmpty()) {
      return;
    }
    List<Chart.Mark> marks = new ArrayList<>();
    List<Chart.Mark> jumps = new ArrayList<>();
    List<String> told = new ArrayList<>();
    series.forEach(
        (model, values) -> {
          values
              .values()
              .tailMap(0L, /* inclusive= */ false)
              .forEach((step, value) -> marks.add(new Chart.Mark(model, step, value)));
          learning.jump(model).ifPresent(step -> jumps.add(new Chart.Mark(model, step, 0)));
          told.add(model + " " + ends(values, 3));
        });
    Svg.draw(
        into,
        new Chart(STEPS, y).logarithmic().lines(marks).verticals(jumps),
        id,
        caption,
        "%s over training: %s".formatted(y, String.join("; ", told)));
  }

  /** The checkpoints of all models in the plane of the first two components. */
  private static void plane(Tag into, ReportTables tables, Optional<Learning> learning)
      throws IOException {
    Map<String, TreeMap<Long, double[]>> paths = new TreeMap<>();
    for (LossPcaRow row :
        tables.rows("loss_pca", LossPcaRow.class, row -> row.component() < 2 && row.step() > 0)) {
      paths.computeIfAbsent(row.model(), model -> new TreeMap<>())
              .computeIfAbsent(row.step(), step -> new double[2])[row.component()] =
          row.score();
    }
    List<Chart.Mark> marks = new ArrayList<>();
    List<Chart.Mark> jumps = new ArrayList<>();
    paths.forEach(
        (model, path) -> {
          path.values().forEach(at -> marks.add(new Chart.Mark(model, at[0], at[1])));
          learning
              .flatMap(all -> all.jump(model))
              .map(step -> nearest(path, step))
              .ifPresent(at -> jumps.add(new Chart.Mark(model, at[0], at[1])));
        });
    List<Double> explained =
        tables.rows("loss_pca_components", LossPcaComponentRow.class).stream()
            .sorted(Comparator.comparingInt(LossPcaComponentRow::component))
            .map(LossPcaComponentRow::explainedVarianceRatio)
            .toList();
    Svg.draw(
        into.add("div").with("class", "figures"),
        new Chart(axis(explained, 0), axis(explained, 1))
            .lines(marks)
            .points(marks, 1.6)
            .points(jumps, 6),
        "plane",
        "Every checkpoint is a point: its losses on the same tokens, in the plane in which checkpoints"
            + " differ most (loss_pca). The large dot is the checkpoint nearest to the jump.",
        "The paths of %s in the plane of their per-token losses; %s"
            .formatted(
                String.join(", ", paths.keySet()), axis(explained, 0) + ", " + axis(explained, 1)));
  }

  private static String axis(List<Double> explained, int component) {
    return "component %d (%s)"
        .formatted(
            component + 1,
            component < explained.size()
                ? Numbers.percent(explained.get(component), 0)
                : "nothing left");
  }

  private static double[] nearest(Map<Long, double[]> path, double step) {
    return path.entrySet().stream()
        .min(
            Comparator.comparingDouble(
                entry -> Math.abs(Math.log((double) entry.getKey()) - Math.log(step))))
        .map(Map.Entry::getValue)
        .orElseThrow();
  }
}
