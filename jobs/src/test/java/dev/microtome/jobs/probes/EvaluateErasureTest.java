package dev.microtome.jobs.probes;

import static dev.microtome.jobs.probes.ProbeTables.TOLD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.probing.ClassDistanceRow;
import dev.microtome.probing.ErasureProbeRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job through the command line, after fit-leace. */
@ExtendWith(LocalSpark.class)
class EvaluateErasureTest {
  @TempDir private Path folder;
  private Path activations;
  private Path labels;

  @BeforeEach
  void prepare() {
    ProbeTables tables = new ProbeTables(folder);
    activations = tables.activations("a", row -> row);
    labels = tables.labels("l", row -> true);
  }

  @Test
  void comparesWhatErasersLeave() throws IOException {
    fit("concepts=[mood]").succeeded();
    JobRun run =
        run(
                "out",
                "concepts=[mood]",
                "hooks=[" + TOLD + "]",
                "erasers=" + folder.resolve("erasers"),
                "mlp-steps=300",
                "rlace-iterations=60",
                "inlp-rounds=1")
            .succeeded();

    List<ErasureProbeRow> rows = run.rows(ErasureProbeRow.TABLE);
    assertThat(rows).hasSize(14); // seven erasers, two probes
    ErasureProbeRow none = row(rows, "none", "logistic");
    assertThat(none.accuracyLow()).isGreaterThan(none.majorityBaseline() + 0.2);
    assertThat(none.squaredDistance()).isZero();
    assertThat(none.guessInformation()).isGreaterThan(0.3);
    for (String eraser : List.of("leace", "orthogonal")) {
      ErasureProbeRow erased = row(rows, eraser, "logistic");
      assertThat(erased.accuracy()).isCloseTo(erased.majorityBaseline(), within(0.02));
      assertThat(erased.crossEntropy()).isCloseTo(erased.baselineCrossEntropy(), within(0.02));
      assertThat(erased.guessInformation()).isLessThan(0.02);
      assertThat(erased.rank()).isEqualTo(2);
    }
    // Fitted to all rows, those held out included.
    ErasureProbeRow given = row(rows, "given", "logistic");
    assertThat(given.accuracy()).isCloseTo(given.majorityBaseline(), within(0.06));
    assertThat(given.squaredDistance())
        .isNotEqualTo(row(rows, "leace", "logistic").squaredDistance());
    ErasureProbeRow mean = row(rows, "mean", "logistic");
    assertThat(mean.rank()).isEqualTo(1);
    assertThat(mean.accuracyLow()).isGreaterThan(mean.majorityBaseline());
    assertThat(row(rows, "leace", "mlp").distanceOverOrthogonal()).isLessThan(1);
    assertThat(row(rows, "orthogonal", "mlp").distanceOverOrthogonal()).isEqualTo(1);
    assertThat(row(rows, "rlace", "logistic").accuracy()).isLessThan(none.accuracy());

    List<ClassDistanceRow> distances = run.rows(ClassDistanceRow.TABLE);
    assertThat(distances).hasSize(21);
    for (ClassDistanceRow each : distances) {
      if (each.eraser().equals("leace")) {
        assertThat(each.trainDistance()).isLessThan(1e-9);
        assertThat(each.testDistance()).isLessThan(1);
      } else if (each.eraser().equals("none")) {
        assertThat(each.trainDistance()).isGreaterThan(1);
      }
    }
  }

  @Test
  void roundsRanksAndRowsAreThoseAskedFor() throws IOException {
    List<ErasureProbeRow> rows =
        run(
                "out",
                "concepts=[mood]",
                "hooks=[" + TOLD + "]",
                "erasures=[inlp,rlace]",
                "inlp-rounds=2",
                "rlace-rank=1",
                "rlace-iterations=5",
                "probes=[logistic]",
                "train-rows=200",
                "test-rows=80")
            .succeeded()
            .rows(ErasureProbeRow.TABLE);

    assertThat(rows).hasSize(3).allMatch(row -> row.trainRows() == 200 && row.testRows() == 80);
    // Three classes' weights have two directions, in each round.
    assertThat(row(rows, "inlp", "logistic").rank()).isEqualTo(4);
    assertThat(row(rows, "rlace", "logistic").rank()).isEqualTo(1);
    assertThat(rows).allMatch(row -> Double.isNaN(row.distanceOverOrthogonal()));
  }

  @Test
  void refusesErasersOfAnotherHookPointConceptOrModel() {
    fit("concepts=[mood]", "hooks=[hook_embed]").succeeded();
    String erasers = "erasers=" + folder.resolve("erasers");
    run("hook", "concepts=[mood]", erasers, "hooks=[" + TOLD + "]")
        .refusedWith("neither the folder nor one inside it has a " + TOLD + ".safetensors");
    run("concept", "concepts=[depth]", erasers, "hooks=[hook_embed]")
        .refusedWith("those of hook_embed erase [mood], not 'depth'");
    ProbeTables tables = new ProbeTables(folder);
    activations =
        tables.activations(
            "narrow",
            row ->
                new ProbeTables.Example(
                    row.hook(),
                    row.sequence(),
                    row.position(),
                    Arrays.copyOf(row.x(), 5),
                    row.mood(),
                    row.depth()));
    run("width", "concepts=[mood]", erasers, "hooks=[hook_embed]")
        .refusedWith(
            "is for activations of 8 numbers, these have 5: was it fitted to another model?");
  }

  /** 150 rows of 8 numbers, 24 bytes for each, and nine matrices of 64. */
  @Test
  void aDryRunTellsTheMemoryOfATask() {
    assertThat(
            run("plan", "concepts=[mood]", "train-rows=100", "test-rows=50", "--dry-run")
                .succeeded()
                .out())
        .contains("memory of a task: about 33.4 kB (at most 150 activations of a hook point");
  }

  private JobRun fit(String... sets) {
    return job("fit-leace", "erasers", sets);
  }

  private JobRun run(String output, String... sets) {
    return job("evaluate-erasure", output, sets);
  }

  private JobRun job(String job, String output, String... sets) {
    List<String> all = new ArrayList<>(List.of("activations=" + activations, "labels=" + labels));
    all.addAll(List.of(sets));
    return JobRun.of(job, folder.resolve(output), all);
  }

  private static ErasureProbeRow row(List<ErasureProbeRow> rows, String eraser, String probe) {
    return rows.stream()
        .filter(row -> row.eraser().equals(eraser) && row.probe().equals(probe))
        .findFirst()
        .orElseThrow();
  }
}
