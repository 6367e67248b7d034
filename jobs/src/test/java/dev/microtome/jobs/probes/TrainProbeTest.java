package dev.microtome.jobs.probes;

import static dev.microtome.jobs.probes.ProbeTables.NOISE;
import static dev.microtome.jobs.probes.ProbeTables.TOLD;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.KilledJob;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.model.load.Safetensors;
import dev.microtome.probing.ProbeScoreRow;
import dev.microtome.probing.RegressionScoreRow;
import dev.microtome.probing.RidgePathRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The job through the command line. */
@ExtendWith(LocalSpark.class)
class TrainProbeTest {
  @TempDir private Path folder;
  private ProbeTables tables;

  @BeforeEach
  void prepare() {
    tables = new ProbeTables(folder);
  }

  @Test
  void readsWhatAHookPointTellsAndNothingFromNoise() throws IOException {
    JobRun run =
        run(
                "out",
                tables.activations("a", row -> row),
                tables.labels("l", row -> true),
                "concepts=[mood,depth]",
                "real-valued=[depth]",
                "probes=[logistic,mass-mean,difference-of-means,mlp]",
                "mlp-steps=400")
            .succeeded();

    List<ProbeScoreRow> scores = run.rows(ProbeScoreRow.TABLE);
    assertThat(scores).hasSize(8);
    for (ProbeScoreRow row : scores) {
      assertThat(row.concept()).isEqualTo("mood");
      assertThat(row.classes()).isEqualTo(3);
      assertThat(row.trainRows() + row.testRows()).isEqualTo(720);
      assertThat(row.testRows()).isBetween(90L, 270L).isEqualTo(scores.get(0).testRows());
      assertThat(row.converged()).isTrue();
      assertThat(row.accuracy()).isBetween(row.accuracyLow(), row.accuracyHigh());
      boolean told = row.hook().equals(TOLD);
      assertThat(row.layer()).isEqualTo(told ? 3 : -1);
      if (told && !row.probe().equals("difference-of-means")) {
        assertThat(row.accuracyLow()).as(row.probe()).isGreaterThan(row.majorityBaseline() + 0.2);
      } else if (!told && row.probe().equals("logistic")) {
        assertThat(row.accuracy()).isCloseTo(row.majorityBaseline(), within(0.05));
        assertThat(row.c()).isEqualTo(1e-4);
      }
      boolean controlled = row.probe().equals("logistic") || row.probe().equals("mlp");
      assertThat(Double.isNaN(row.controlAccuracy())).isEqualTo(!controlled);
      if (told && controlled) {
        assertThat(row.selectivity()).isGreaterThan(0.15);
      }
    }
    List<RidgePathRow> path = run.rows(RidgePathRow.TABLE);
    assertThat(path).filteredOn(row -> row.concept().equals("mood")).hasSize(8);
    assertThat(path).filteredOn(row -> row.concept().equals("depth")).hasSize(10);

    for (RegressionScoreRow row : run.rows(RegressionScoreRow.TABLE)) {
      RidgePathRow best =
          path.stream()
              .filter(each -> each.hook().equals(row.hook()) && each.unexplained() > 0)
              .min(Comparator.comparingDouble(RidgePathRow::unexplained))
              .orElseThrow();
      assertThat(best.ridge()).isEqualTo(row.ridge());
      assertThat(1 - best.unexplained()).isCloseTo(row.r2(), within(0.1));
      assertThat(row.target()).isEqualTo("depth");
      if (row.hook().equals(TOLD)) {
        assertThat(row.r2()).isGreaterThan(0.8); // 2·depth beside noise of variance 1
        assertThat(row.rootMeanSquaredError()).isLessThan(0.7);
      } else {
        assertThat(row.r2()).isLessThan(0.05);
      }
    }
    try (Safetensors file = Safetensors.open(file("out", TOLD))) {
      assertThat(file.tensor("mood.logistic.weights").shape()).containsExactly(3L, 8L);
      assertThat(file.tensor("depth.regression.weights").shape()).containsExactly(1L, 8L);
      assertThat(file.metadata()).containsEntry("mood", "calm\nglad\nsad");
    }
  }

  /** Parts that cut sequences, samples smaller than the data: the same rows are drawn. */
  @Test
  void theBitsDoNotDependOnTheParts() throws IOException {
    Path activations = tables.activations("a", row -> row);
    Path labels = tables.labels("l", row -> true);
    String[] keys = {"concepts=[mood]", "train-rows=200", "test-rows=80"};
    JobRun whole = run("whole", activations, labels, keys).succeeded();
    JobRun cut =
        run("cut", activations, labels, keys[0], keys[1], keys[2], "rows-per-part=101").succeeded();
    assertThat(cut.rows(ProbeScoreRow.TABLE)).isEqualTo(whole.rows(ProbeScoreRow.TABLE));
    assertThat(whole.rows(ProbeScoreRow.TABLE))
        .allMatch(row -> row.trainRows() == 200 && row.testRows() == 80);
    assertThat(Files.readAllBytes(file("cut", TOLD)))
        .isEqualTo(Files.readAllBytes(file("whole", TOLD)));
  }

  /** No more rows than a sample takes: the passes over all, 10 parts each, find the same probes. */
  @Test
  void allRowsAreFittedOverTheCluster() throws IOException {
    Path activations = tables.activations("a", row -> row);
    Path labels = tables.labels("l", row -> row.sequence() % 9 > 0);
    String[] keys = {"concepts=[mood,depth]", "real-valued=[depth]", "c=[1e-2,1]", "folds=2"};
    JobRun sample = run("sample", activations, labels, keys).succeeded();
    JobRun all =
        run("all", activations, labels, with(keys, "rows=all", "rows-per-part=75")).succeeded();

    List<ProbeScoreRow> scores = all.rows(ProbeScoreRow.TABLE);
    List<ProbeScoreRow> expected = sample.rows(ProbeScoreRow.TABLE);
    assertThat(scores).hasSize(6);
    for (int i = 0; i < scores.size(); i++) {
      assertThat(scores.get(i))
          .usingRecursiveComparison()
          .withComparatorForType(TrainProbeTest::roughly, Double.class)
          .isEqualTo(expected.get(i));
    }
    List<RidgePathRow> path = all.rows(RidgePathRow.TABLE);
    assertThat(path).hasSize(14);
    assertThat(path)
        .usingRecursiveComparison()
        .withComparatorForType(TrainProbeTest::roughly, Double.class)
        .isEqualTo(sample.rows(RidgePathRow.TABLE));
    assertThat(all.rows(RegressionScoreRow.TABLE))
        .hasSize(2)
        .usingRecursiveComparison()
        .withComparatorForType(TrainProbeTest::roughly, Double.class)
        .isEqualTo(sample.rows(RegressionScoreRow.TABLE));
    try (Safetensors found = Safetensors.open(file("all", TOLD));
        Safetensors other = Safetensors.open(file("sample", TOLD))) {
      assertThat(found.metadata()).isEqualTo(other.metadata());
      for (String name : other.names()) {
        assertThat(found.doubles(name)).as(name).containsExactly(other.doubles(name), within(1e-6));
      }
    }
  }

  /** Of classes one set of moments, of numbers one for each of four folds and the rows held out. */
  @Test
  void aDryRunTellsWhatMomentsOfAllRowsTake() {
    Path activations = tables.activations("a", row -> row);
    Path labels = tables.labels("l", row -> true);
    assertThat(
            run(
                    "plan",
                    activations,
                    labels,
                    "concepts=[mood,depth]",
                    "real-valued=[depth]",
                    "rows=all",
                    "--dry-run")
                .succeeded()
                .out())
        .contains(
            "memory of a task: about 5.6 kB (moments of a hook point, 8 numbers wide, for each concept");
  }

  /** Both searches end at a billionth of the gradient. */
  private static int roughly(double a, double b) {
    return Math.abs(a - b) < 1e-7 ? 0 : Double.compare(a, b);
  }

  /** Killed before the first pass, in the search and at the end, and taken up each time. */
  @Test
  void aKilledFitToAllRowsEndsWithTheSameBytes() throws IOException {
    Path activations = tables.activations("a", row -> row);
    Path labels = tables.labels("l", row -> true);
    String[] keys = {
      "concepts=[mood]", "rows=all", "rows-per-part=800", "c=[1]", "probes=[logistic]"
    };
    run("undisturbed", activations, labels, keys).succeeded();
    for (String stage : List.of("fit_0_0", "fit_0_5", "fit_1_3", "probes")) {
      KilledJob.dieBefore(stage);
      JobRun killed = job("killed-train-probe", "killed", activations, labels, keys);
      assertThat(killed.code()).isEqualTo(3);
      assertThat(killed.err()).contains("killed at " + stage);
    }
    KilledJob.live();
    JobRun resumed = job("killed-train-probe", "killed", activations, labels, keys).succeeded();
    assertThat(resumed.out()).contains("Resuming run ", "Stage fit_1_2: ");
    JobRun.assertSame(
        JobRun.written(folder.resolve("killed")), JobRun.written(folder.resolve("undisturbed")));
  }

  private static String[] with(String[] keys, String... more) {
    return Stream.concat(Stream.of(keys), Stream.of(more)).toArray(String[]::new);
  }

  @Test
  void refusesWhatCannotBeProbed() throws IOException {
    Path activations = tables.activations("a", row -> row);
    Path labels = tables.labels("l", row -> true);
    run(
            "one",
            activations,
            tables.labels("sad", row -> row.mood().equals("sad")),
            "concepts=[mood]")
        .refusedWith("labels are 'sad'; two classes are needed");
    run("hook", activations, labels, "concepts=[mood]", "hooks=[blocks.9.hook_mlp_out]")
        .refusedWith("is of blocks.9.hook_mlp_out");
    run(
            "few",
            tables.activations("few", row -> row.sequence() < 30 ? row : null),
            labels,
            "concepts=[mood]")
        .refusedWith("labels have no activation, more than max-unmatched-labels = 0.5 allows");
    run(
            "unlabelled",
            activations,
            tables.labels("some", row -> row.sequence() < 60),
            "concepts=[mood]",
            "max-unlabelled=0.2")
        .refusedWith("activations have no label, more than max-unlabelled = 0.2 allows");
    run(
            "rejected",
            tables.activations(
                "nan",
                row -> {
                  if (row.sequence() == 7) {
                    row.x()[2] = Float.NaN;
                  }
                  return row;
                }),
            labels,
            "concepts=[mood]")
        .refusedWith("sequence_id 7, position 0: number 2 is NaN");
    // No run on these activations can end otherwise: there is nothing to resume.
    assertThat(folder.resolve("rejected")).doesNotExist();
    run(
            "sequence",
            tables.activations("single", row -> row.sequence() == 0 ? row : null),
            labels,
            "concepts=[depth]",
            "max-unmatched-labels=1")
        .refusedWith("sequences to fit to or to score on are missing");
    run(
            "all",
            tables.activations("alone", row -> row.sequence() == 0 ? row : null),
            labels,
            "concepts=[depth]",
            "rows=all",
            "max-unmatched-labels=1")
        .refusedWith("concept 'depth': sequences to fit to or to score on are missing");
    run(
            "all",
            activations,
            tables.labels("most", row -> row.sequence() < 60),
            "concepts=[mood]",
            "rows=all",
            "max-unlabelled=0.2")
        .refusedWith("activations have no label, more than max-unlabelled = 0.2 allows");
  }

  /** Of a class of their own they are classified, and still they have no label. */
  @Test
  void activationsOfNoLabelAreNoneInAClassEither() {
    Path activations = tables.activations("a", row -> row);
    Path others =
        tables.labels(
            "others", row -> row.sequence() < 60, sequence -> sequence + ProbeTables.SEQUENCES);
    Path half = tables.labels("half", row -> row.sequence() < 60);
    for (String rows : List.of("rows=sample", "rows=all")) {
      String[] keys = {"concepts=[mood]", "unlabelled=class", rows, "probes=[mass-mean]"};
      run(rows, activations, others, keys).refusedWith("none of 720 activations has a label");
      run(rows, activations, half, with(keys, "max-unlabelled=0.49"))
          .refusedWith("360 of 720 activations have no label, more than max-unlabelled = 0.49");
      run(rows, activations, half, with(keys, "max-unlabelled=0.5")).succeeded();
    }
  }

  /** As fit-leace does; its R² would be NaN. */
  @Test
  void refusesNumbersThatAreAllOne() {
    Path same = tables.activations("same", row -> row.depth() == 2 ? row : null);
    Path labels = tables.labels("l", row -> true);
    String[] keys = {"concepts=[depth]", "real-valued=[depth]", "max-unmatched-labels=1"};
    run("sample", same, labels, keys).refusedWith("concept 'depth': depth is 2.0 in all ");
    run("all", same, labels, with(keys, "rows=all"))
        .refusedWith("concept 'depth': depth is 2.0 in all ");
  }

  /** Latitude and longitude as one concept of any table: R² of each, by hook point and layer. */
  @Test
  void columnsOfNumbersAreOneConcept() throws IOException {
    JobRun run =
        run(
                "out",
                tables.activations("a", row -> row),
                tables.places("l"),
                "concepts=[latitude/longitude]")
            .succeeded();
    List<RegressionScoreRow> rows = run.rows(RegressionScoreRow.TABLE);
    assertThat(rows).hasSize(4);
    for (RegressionScoreRow row : rows) {
      assertThat(row.concept()).isEqualTo("latitude/longitude");
      assertThat(row.layer()).isEqualTo(row.hook().equals(TOLD) ? 3 : -1);
      assertThat(row.trainRows() + row.testRows()).isEqualTo(720);
      if (row.hook().equals(TOLD) && row.target().equals("latitude")) {
        assertThat(row.r2()).isGreaterThan(0.8);
        // 30 times that of the depth
        assertThat(row.rootMeanSquaredError()).isBetween(6.0, 21.0);
      } else {
        assertThat(row.r2()).isLessThan(0.05);
      }
    }
    assertThat(run.rows(ProbeScoreRow.TABLE)).isEmpty();
    try (Safetensors file = Safetensors.open(file("out", TOLD))) {
      assertThat(file.tensor("latitude/longitude.regression.weights").shape())
          .containsExactly(2L, 8L);
    }
  }

  @Test
  void aHookPointByNameReadsNoOther() throws IOException {
    JobRun run =
        run(
                "noise",
                tables.activations("a", row -> row),
                tables.labels("l", row -> true),
                "concepts=[mood]",
                "hooks=[" + NOISE + "]",
                "probes=[mass-mean]")
            .succeeded();
    assertThat(run.rows(ProbeScoreRow.TABLE)).hasSize(1).allMatch(row -> row.hook().equals(NOISE));
  }

  private JobRun run(String output, Path activations, Path labels, String... sets) {
    return job("train-probe", output, activations, labels, sets);
  }

  private JobRun job(String name, String output, Path activations, Path labels, String... sets) {
    List<String> all = new ArrayList<>(List.of("activations=" + activations, "labels=" + labels));
    all.addAll(List.of(sets));
    return JobRun.of(name, folder.resolve(output), all);
  }

  private Path file(String output, String hook) throws IOException {
    Path runs = folder.resolve(output);
    return runs.resolve(Files.readString(runs.resolve("latest")).strip())
        .resolve("probes/" + hook + ".safetensors");
  }
}
