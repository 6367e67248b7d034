package dev.microtome.jobs.report;

import dev.microtome.probing.ErasureProbeRow;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What probes find of a concept before and after it is erased. */
final class ErasureSection implements Section {
  private static final String BEFORE = "none";

  /** Erasers that promise to remove all that is linear; the first that was evaluated is told. */
  private static final List<String> LINEAR = List.of("given", "leace", "orthogonal");

  /** What comes first; the others keep their order. */
  private static final List<String> ORDER = List.of(BEFORE, "given", "leace");

  private final String erased;

  /**
   * Makes the section.
   *
   * @param erased what was erased where losses are compared
   */
  ErasureSection(String erased) {
    this.erased = erased;
  }

  private record Place(String hook, String concept) {}

  @Override
  public String id() {
    return "erasure";
  }

  @Override
  public String heading() {
    return "An erased concept";
  }

  @Override
  public boolean given(ReportTables tables) {
    return tables.has("erasure_probes");
  }

  @Override
  public String write(Tag into, ReportTables tables) throws IOException {
    into.add(
        "p",
        "LEACE (Belrose et al. 2023) moves activations as little as possible so that no linear probe"
            + " finds a concept any more. Probes are fitted to the erased activations of some sequences"
            + " and scored on others; a network may still find what no line does.");
    Map<Place, List<ErasureProbeRow>> places = new LinkedHashMap<>();
    tables.rows("erasure_probes", ErasureProbeRow.class).stream()
        .sorted(
            Comparator.comparingInt(
                row -> ORDER.contains(row.eraser()) ? ORDER.indexOf(row.eraser()) : ORDER.size()))
        .forEach(
            row ->
                places
                    .computeIfAbsent(
                        new Place(row.hook(), row.concept()), place -> new ArrayList<>())
                    .add(row));
    List<String> told = new ArrayList<>();
    int number = 0;
    for (Map.Entry<Place, List<ErasureProbeRow>> place : places.entrySet()) {
      picture(into, "erasure-" + number++, place.getKey(), place.getValue());
      numbers(into, place.getKey(), place.getValue());
      told(place.getKey(), place.getValue()).ifPresent(told::add);
    }
    List<ErasedLoss> losses = ErasedLoss.of(tables);
    if (!losses.isEmpty()) {
      costs(into, losses);
      losses.forEach(loss -> told.add(cost(loss)));
    }
    return String.join(" ", told);
  }

  private String cost(ErasedLoss loss) {
    return "Without %s the loss of %s goes from %s to %s nats a token."
        .formatted(
            erased,
            loss.model(),
            Numbers.decimal(loss.before(), 3),
            Numbers.decimal(loss.after(), 3));
  }

  private void costs(Tag into, List<ErasedLoss> losses) {
    Grid grid =
        new Grid(
            into,
            "The loss of held-out tokens as the models are, and with the erasers of %s applied during the pass, at every position (loss_by_position)"
                .formatted(erased),
            List.of("Model", "Step", "Tokens", "Nats a token", "Erased", "More nats a token"));
    for (ErasedLoss loss : losses) {
      grid.row(
          loss.model(),
          Numbers.count(loss.step()),
          Numbers.count(loss.tokens()),
          Numbers.decimal(loss.before(), 3),
          Numbers.decimal(loss.after(), 3),
          Numbers.decimal(loss.after() - loss.before(), 3));
    }
  }

  private static Optional<String> told(Place place, List<ErasureProbeRow> rows) {
    Optional<ErasureProbeRow> before = rows.stream().filter(row -> is(row, BEFORE)).findFirst();
    Optional<ErasureProbeRow> after =
        LINEAR.stream().flatMap(eraser -> rows.stream().filter(row -> is(row, eraser))).findFirst();
    return before.isEmpty() || after.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "A linear probe tells %s at %s in %s of the cases (%s); with %s erased in %s (%s), and always"
                    .formatted(
                        place.concept(),
                        place.hook(),
                        Numbers.percent(before.get().accuracy(), 1),
                        interval(before.get()),
                        after.get().rank() == 1
                            ? "1 dimension"
                            : after.get().rank() + " dimensions",
                        Numbers.percent(after.get().accuracy(), 1),
                        interval(after.get()))
                + " saying the commonest class is right in %s."
                    .formatted(Numbers.percent(after.get().majorityBaseline(), 1)));
  }

  private static boolean is(ErasureProbeRow row, String eraser) {
    return row.eraser().equals(eraser) && row.probe().equals("logistic");
  }

  private static String interval(ErasureProbeRow row) {
    return Numbers.percent(row.accuracyLow(), 1) + " to " + Numbers.percent(row.accuracyHigh(), 1);
  }

  private static void picture(Tag into, String id, Place place, List<ErasureProbeRow> rows)
      throws IOException {
    List<Chart.Estimate> estimates =
        rows.stream()
            .map(
                row ->
                    new Chart.Estimate(
                        row.probe(),
                        row.eraser(),
                        row.accuracyLow(),
                        row.accuracy(),
                        row.accuracyHigh()))
            .toList();
    Svg.draw(
        into.add("div").with("class", "figures"),
        new Chart("eraser", "accuracy")
            .estimates(estimates)
            .horizontalAt(rows.get(0).majorityBaseline()),
        id,
        "Accuracy of probes for %s at %s after each eraser, with 95 %% intervals; none: as they are, given: erasers from fit-leace. Logistic: logistic regression, mlp: a network of one hidden layer. Dashed: always saying the commonest class."
            .formatted(place.concept(), place.hook()),
        "Accuracy of probes for %s after each eraser; the table has the numbers"
            .formatted(place.concept()));
  }

  private static void numbers(Tag into, Place place, List<ErasureProbeRow> rows) {
    Grid grid =
        new Grid(
            into,
            "%s at %s: fitted to %s rows, scored on %s of other sequences (erasure_probes)"
                .formatted(
                    place.concept(),
                    place.hook(),
                    Numbers.count(rows.get(0).trainRows()),
                    Numbers.count(rows.get(0).testRows())),
            List.of(
                "Eraser",
                "Probe",
                "Dimensions erased",
                "Accuracy",
                "95 % interval",
                "Always the commonest",
                "Mean squared distance moved"));
    for (ErasureProbeRow row : rows) {
      grid.row(
          row.eraser(),
          row.probe(),
          Numbers.count(row.rank()),
          Numbers.decimal(row.accuracy(), 3),
          Numbers.decimal(row.accuracyLow(), 3) + " to " + Numbers.decimal(row.accuracyHigh(), 3),
          Numbers.decimal(row.majorityBaseline(), 3),
          Numbers.decimal(row.squaredDistance(), 4));
    }
  }
}
