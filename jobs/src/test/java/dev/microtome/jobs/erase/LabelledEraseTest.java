package dev.microtome.jobs.erase;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.LabelledErasure;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.probes.ProbeTables;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** Erasers that must be told each label: fitted by fit-leace and applied to a labelled table. */
@ExtendWith(LocalSpark.class)
class LabelledEraseTest {
  private static final int ROWS = ProbeTables.SEQUENCES * ProbeTables.POSITIONS;
  private static final List<String> MOODS = List.of("calm", "glad", "sad");

  @TempDir private static Path inputs;
  @TempDir private Path folder;
  private static Path activations;
  private static Path labels;
  private static Path someLabels;

  @BeforeAll
  static void write() {
    ProbeTables tables = new ProbeTables(inputs);
    activations = tables.activations("a", row -> row);
    labels = tables.labels("l", row -> true);
    someLabels = tables.labels("some", row -> row.sequence() >= 20);
  }

  @Test
  void anOracleLeavesNoTraceInTheTable() throws IOException {
    JobRun fit = fit("erasers", "method=oracle", "concepts=[mood,depth]", "real-valued=[depth]");
    assertThat(metric(fit, "erased_rank")).isEqualTo(2);
    assertThat(metric(fit, "cross_covariance_before")).isGreaterThan(0.1);
    assertThat(metric(fit, "cross_covariance_after")).isLessThan(1e-12);
    assertThat(metric(fit, "class_rows:calm")).isGreaterThan(200);

    List<ActivationArrayRow> rows = erase("mood", "labels=" + labels).rows(Erase.ARRAY);

    assertThat(rows).hasSize(2 * ROWS);
    assertErased(rows, "mood", true);
    LeaceFitter after = LeaceFitter.of(ProbeTables.WIDTH, 3);
    forEach(rows, (row, example) -> after.add(row.activation(), oneHot(example.mood())));
    // Rounded to float32, of a size up to 20
    for (double covariance : after.crossCovariance().toArray()) {
      assertThat(covariance).isCloseTo(0, within(1e-6));
    }
    assertErased(
        erase("depth", "labels=" + labels, "rows-per-part=250").rows(Erase.ARRAY), "depth", false);
  }

  /** Labels beside the activations; afterwards all classes have one mean and one covariance. */
  @Test
  void aQuadraticEraserLeavesClassesWithOneCovariance() throws IOException {
    JobRun fit = fit("erasers", "method=quadratic", "concepts=[mood]", "rows-per-part=90");
    assertThat(metric(fit, "rows")).isEqualTo(ROWS);
    assertThat(metric(fit, "few_rows")).isZero();
    assertThat(metric(fit, "class_rows:sad")).isBetween(50.0, 200.0);

    // Of three classes 8 numbers and 8 times 8, and their mean; the table says no shape.
    assertThat(run("plan", "mood", "hooks=[" + ProbeTables.TOLD + "]", "--dry-run").out())
        .contains("memory of a task: about 1.8 kB (erasers that look at labels, and 2,048");
    List<ActivationArrayRow> rows =
        erase("mood", "hooks=[" + ProbeTables.TOLD + "]").rows(Erase.ARRAY);

    assertThat(rows).hasSize(ROWS);
    assertErased(rows, "mood", true);
    List<LeaceFitter> classes = new ArrayList<>();
    MOODS.forEach(unused -> classes.add(LeaceFitter.of(ProbeTables.WIDTH, 1)));
    forEach(
        rows,
        (row, example) -> classes.get(MOODS.indexOf(example.mood())).add(row.activation(), 0));
    for (LeaceFitter each : classes) {
      assertThat(each.meanX()).containsExactly(classes.get(0).meanX(), within(1e-5));
      assertThat(each.covariance().toArray())
          .containsExactly(classes.get(0).covariance().toArray(), within(1e-4));
    }
  }

  /** Sequences from 20 on have labels. */
  @Test
  void whatHasNoLabelIsLeftOutOrOfAClassOfItsOwn() throws IOException {
    fit("erasers", "method=oracle", "concepts=[mood]");
    List<ActivationArrayRow> rows = erase("mood", "labels=" + someLabels).rows(Erase.ARRAY);
    assertThat(rows).hasSize(2 * ROWS * 100 / 120).allMatch(row -> row.sequenceId() >= 20);
    run("class", "mood", "labels=" + someLabels, "unlabelled=class")
        .refusedWith(
            "blocks.3.hook_mlp_out, sequence_id 0, position 0: value '(unlabelled)' is none of the 3 classes");

    fit(
        "erasers",
        "labels=" + someLabels,
        "method=oracle",
        "concepts=[mood]",
        "unlabelled=class",
        "--force");
    assertThat(
            erase("mood", "labels=" + someLabels, "unlabelled=class", "--force").rows(Erase.ARRAY))
        .hasSize(2 * ROWS);
  }

  @Test
  void refusesWhatDoesNotFit() throws IOException {
    fit("erasers", "method=oracle", "concepts=[mood]");
    Path others = new ProbeTables(folder).labels("others", row -> row.sequence() < 0);
    run("none", "mood", "labels=" + others)
        .refusedWith("has a label of 'mood': is the table of labels that of these sequences?");
    JobRun.of(
            "evaluate-erasure",
            folder.resolve("evaluate"),
            List.of(
                "activations=" + activations,
                "labels=" + labels,
                "concepts=[mood]",
                "erasers=" + folder.resolve("erasers")))
        .refusedWith("must be told the label of each activation, which the job erase alone does");
    fit("erasers", "concepts=[mood]", "--force");
    run("linear", "mood", "labels=" + labels)
        .refusedWith("is for erasers that need labels; these do not");
    run("linear", "mood", "unlabelled=class")
        .refusedWith("unlabelled: invalid value class: is for erasers that need labels");
  }

  private interface Pair {
    void of(ActivationArrayRow row, ProbeTables.Example example);
  }

  /** Rows of the hook point that tells moods, each with what it was made of. */
  private static void forEach(List<ActivationArrayRow> rows, Pair action) {
    List<ProbeTables.Example> examples = examples();
    List<ActivationArrayRow> told =
        rows.stream().filter(row -> row.hook().equals(ProbeTables.TOLD)).toList();
    assertThat(told).hasSameSizeAs(examples);
    for (int i = 0; i < told.size(); i++) {
      assertThat(told.get(i).sequenceId()).isEqualTo(examples.get(i).sequence());
      assertThat(told.get(i).position()).isEqualTo(examples.get(i).position());
      action.of(told.get(i), examples.get(i));
    }
  }

  private static List<ProbeTables.Example> examples() {
    return ProbeTables.examples().stream()
        .filter(row -> row.hook().equals(ProbeTables.TOLD))
        .toList();
  }

  /** Every row is what the file's eraser makes of it and its label. */
  private void assertErased(List<ActivationArrayRow> rows, String concept, boolean mood)
      throws IOException {
    LabelledErasure erasure =
        EraserFile.read(
                JobRun.newest(folder.resolve("erasers"))
                    .resolve("erasers/" + ProbeTables.TOLD + ".safetensors"))
            .labelled()
            .get(concept);
    List<float[]> expected =
        erasure.apply(
            examples().stream().map(ProbeTables.Example::x).toList(),
            examples().stream()
                .map(row -> List.of(mood ? row.mood() : Double.toString(row.depth())))
                .toList());
    List<float[]> found = new ArrayList<>();
    forEach(rows, (row, example) -> found.add(row.activation()));
    for (int i = 0; i < found.size(); i++) {
      // A batch's product sums in another order, in float64.
      assertThat(found.get(i)).containsExactly(expected.get(i), within(1e-5f));
    }
  }

  private static double[] oneHot(String mood) {
    double[] z = new double[3];
    z[MOODS.indexOf(mood)] = 1;
    return z;
  }

  private JobRun fit(String output, String... sets) {
    List<String> all = new ArrayList<>(List.of("activations=" + activations, "labels=" + labels));
    all.addAll(List.of(sets));
    return JobRun.of("fit-leace", folder.resolve(output), all).succeeded();
  }

  private JobRun erase(String concept, String... sets) {
    return run(concept, concept, sets).succeeded();
  }

  private JobRun run(String output, String concept, String... sets) {
    List<String> all =
        new ArrayList<>(
            List.of(
                "activations=" + activations,
                "erasers=" + folder.resolve("erasers"),
                "concept=" + concept));
    all.addAll(List.of(sets));
    return JobRun.of("erase", folder.resolve(output), all);
  }

  private static double metric(JobRun fit, String metric) throws IOException {
    return fit.rows(ErasureReportRow.TABLE).stream()
        .filter(row -> row.hook().equals(ProbeTables.TOLD) && row.concept().equals("mood"))
        .filter(row -> row.metric().equals(metric))
        .mapToDouble(ErasureReportRow::value)
        .findFirst()
        .orElseThrow();
  }
}
