package dev.microtome.jobs.reproduce;

import dev.microtome.jobs.quickstart.Pipeline;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/**
 * What {@code mvn -Preproduce package} runs behind {@link PhaseChange}: {@code
 * conf/monosemanticity.conf} as a {@link Pipeline}, then what its tables say of features and
 * neurons (Bricken et al. 2023, Towards Monosemanticity).
 */
public final class Monosemanticity {
  private final FoundFeatures found;
  private final PrintStream out;

  Monosemanticity(FoundFeatures found, PrintStream out) {
    this.found = found;
    this.out = out;
  }

  /**
   * Runs the pipeline and prints what it found.
   *
   * @param arguments configuration file, output folder, folder of Spark's jars, application jar
   * @throws IllegalStateException when a job fails; what it printed says why
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    Path output = Path.of(arguments[1]);
    new Pipeline(Path.of(arguments[0]), output, Path.of(arguments[2]), Path.of(arguments[3])).run();
    Monosemanticity found = new Monosemanticity(FoundFeatures.of(output), System.out);
    found.print();
    found.print(ErasedGender.of(output));
    ScrubbedModel.of(output).print(System.out);
  }

  void print(ErasedGender gender) {
    line("%nGender of tokens that tell it: accuracy of probes before and after it is erased");
    line("%-26s %-10s %9s %9s %9s", "", "", "logistic", "mlp", "majority");
    gender.probes().stream()
        .filter(row -> row.probe().equals("logistic"))
        .forEach(
            row ->
                line(
                    "%-26s %-10s %9.3f %9.3f %9.3f",
                    row.hook(),
                    row.eraser(),
                    row.accuracy(),
                    gender.probe(row.hook(), row.eraser(), "mlp").accuracy(),
                    row.majorityBaseline()));
    line("%nTPR gap of women and men over professions, before and after gender is erased");
    line("%-26s %-6s %9s %12s %9s %9s", "", "", "RMS gap", "correlation", "accuracy", "gender");
    gender
        .summaries()
        .forEach(
            row ->
                line(
                    "%-26s %-6s %9.3f %12.3f %9.3f %9.3f",
                    row.hook(),
                    row.eraser(),
                    row.rmsGap(),
                    row.shareCorrelation(),
                    row.accuracy(),
                    row.conceptAccuracy()));
  }

  void print() {
    line("%nFeatures and neurons, as the tables tell it%n");
    line("%-8s %8s %8s %10s %8s", "", "L0", "variance", "loss", "dead");
    Stream.concat(
            Dictionaries.FRONTIER.stream(),
            Dictionaries.SIZES.stream().filter(size -> !size.equals(Dictionaries.MIDDLE)))
        .forEach(this::evaluation);
    line("%nF1 of the feature, or neuron, that goes best with a label, cut where that is highest");
    line("%-18s %8s %8s %8s %8s", "", "x1", "x4", "x16", "neurons");
    Dictionaries.LABELS.forEach(this::label);
    line("%nMedian density, and median of the highest correlation with one of the other model");
    for (String dictionary : List.of(Dictionaries.MIDDLE, Dictionaries.NEURONS)) {
      line(
          "%-32s %.4f %.3f",
          dictionary, found.medianDensity(dictionary), found.universality(dictionary));
    }
    line("%nSplitting: features whose label of highest correlation it is, with 0.3 at least");
    Dictionaries.LABELS.forEach(this::splitting);
    for (String larger : Dictionaries.SIZES.subList(1, Dictionaries.SIZES.size())) {
      Map<Integer, Long> children = found.children(larger, 0.5);
      line(
          "%s: %d parents with cosine 0.5 at least, %d of them of several children",
          larger, children.size(), children.values().stream().filter(each -> each > 1).count());
    }
    line("%nSteering: how likely the tokens said have the label in the corpus");
    found.steered().forEach(this::steered);
  }

  private void evaluation(String sae) {
    line(
        "%-8s %8.2f %8.4f %10.4f %8.3f",
        sae,
        found.evaluation(sae, "l0"),
        found.evaluation(sae, "explained_variance"),
        found.evaluation(sae, "loss_recovered"),
        found.evaluation(sae, "dead_fraction"));
  }

  private void label(String label) {
    line(
        "%-18s %8.3f %8.3f %8.3f %8.3f",
        label,
        found.match("x1", label).f1(),
        found.match("x4", label).f1(),
        found.match("x16", label).f1(),
        found.match(Dictionaries.NEURONS, label).f1());
  }

  private void splitting(String label) {
    line(
        "%-18s %5d %5d %5d",
        label,
        found.withLabel("x1", label, 0.3),
        found.withLabel("x4", label, 0.3),
        found.withLabel("x16", label, 0.3));
  }

  private void steered(Steered each) {
    line(
        "%-18s × %.1f  %.3f  %s",
        each.label(), each.strength(), each.share(), each.continuation().replace('\n', ' '));
  }

  private void line(String format, Object... values) {
    out.println(String.format(Locale.ROOT, format, values));
  }
}
