package dev.microtome.jobs.erasers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.Warnings;
import dev.microtome.jobs.labels.LabelledTables.Example;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** The job through the command line, on made-up activations of two hook points. */
@ExtendWith(LocalSpark.class)
class FitLeaceTest extends FitLeaceRuns {
  @Test
  void fitsWhatTheFitterFits() throws IOException {
    JobRun run =
        run("out", activations("a", row -> row), labels("l", row -> true), "concepts=[gender]")
            .succeeded();

    for (String hook : HOOKS) {
      LeaceFitter fitter = LeaceFitter.of(WIDTH, 2);
      for (Example example : examples()) {
        if (example.hook().equals(hook) && example.label() != null) {
          boolean female = example.label().equals("female");
          fitter.add(example.x(), female ? 1 : 0, female ? 0 : 1);
        }
      }
      assertThat(erasers("out", hook).erasers())
          .containsExactlyEntriesOf(Map.of("gender", fitter.eraser(EraserSettings.leace())));
      assertThat(metric(run, hook, "gender", "rows")).isEqualTo((double) fitter.rows());
      assertThat(metric(run, hook, "gender", "unlabelled_rows"))
          .isEqualTo((double) (SEQUENCES * POSITIONS - fitter.rows()));
      assertThat(metric(run, hook, "gender", "unmatched_labels")).isZero();
      assertThat(metric(run, hook, "gender", "class_rows:female")).isBetween(40.0, 100.0);
      assertThat(metric(run, hook, "gender", "erased_rank")).isEqualTo(1);
      assertThat(metric(run, hook, "gender", "cross_covariance_before")).isGreaterThan(0.1);
      assertThat(metric(run, hook, "gender", "cross_covariance_after")).isLessThan(1e-14);
    }
  }

  /** 8 bytes for each pair of numbers, two concepts and eight matrices of a fit. */
  @Test
  void aDryRunTellsTheMemoryOfATask() {
    Path activations = activations("a", row -> row);
    String plan =
        run("plan", activations, labels("l", row -> true), "concepts=[gender,depth]", "--dry-run")
            .succeeded()
            .out();
    assertThat(plan)
        .contains(
            "memory of a task: about 2.9 kB (sums of a hook point, 6 numbers wide, for each concept, and the fit of one)");
    String quadratic =
        run(
                "plan",
                activations,
                labels("m", row -> true),
                "concepts=[gender]",
                "method=quadratic",
                "--dry-run")
            .succeeded()
            .out();
    assertThat(quadratic)
        .contains(
            "memory of a task: about 2.9 kB (sums of a hook point, 6 numbers wide, for each concept and class, of two classes; there may be more of them, and the fit of one)");
  }

  /**
   * 400 rows in one part, and in 45, which cut sequences and files and are merged in two levels.
   */
  @Test
  void partsMergeToTheWholeAndAKilledRunEndsWithTheSameBytes() throws IOException {
    Path activations = activations("a", row -> row);
    Path labels = labels("l", row -> true);
    String[] keys = {"concepts=[gender,depth]", "real-valued=[depth]"};
    run("whole", activations, labels, keys).succeeded();
    String[] cut = {keys[0], keys[1], "rows-per-part=9"};
    run("cut", activations, labels, cut).succeeded();
    for (String hook : HOOKS) {
      for (String concept : List.of("gender", "depth")) {
        LeaceEraser whole = erasers("whole", hook).erasers().get(concept);
        LeaceEraser other = erasers("cut", hook).erasers().get(concept);
        // Float64 sums in another order; saw 2e-15.
        assertThat(other.projection().toArray())
            .containsExactly(whole.projection().toArray(), within(1e-12));
      }
    }

    List<String> stages = new ArrayList<>();
    for (String killedAt : List.of("merge_1", "erasers", "none")) {
      WatchedFitLeace.watch =
          (stage, plan) -> {
            if (stage.equals(killedAt)) {
              throw new IllegalStateException("killed at " + stage);
            }
            stages.add(stage);
          };
      JobRun run = run("watched-fit-leace", "killed", activations, labels, cut);
      assertThat(run.code()).as(run.err()).isEqualTo(killedAt.equals("none") ? 0 : 3);
    }
    assertThat(stages).contains("merge_1").doesNotContain("merge_2");
    JobRun.assertSame(
        JobRun.written(folder.resolve("killed")), JobRun.written(folder.resolve("cut")));
  }

  /** A column a concept, in a table of labels and beside the activations. */
  @Test
  void columnsOfAnyTypeAreConcepts() throws IOException {
    Path activations = activations("a", row -> row);
    Path wide = wide("w");
    String concepts = "concepts=[gender,depth,gender/depth]";
    run("wide", activations, wide, concepts, "hooks=[hook_embed]").succeeded();
    JobRun beside =
        JobRun.of(
                "fit-leace",
                folder.resolve("beside"),
                List.of("activations=" + activations, concepts, "hooks=[hook_embed]"))
            .succeeded();
    assertThat(erasers("beside", "hook_embed")).isEqualTo(erasers("wide", "hook_embed"));
    assertThat(file("beside", HOOKS.get(0))).doesNotExist();
    assertThat(metric(beside, "hook_embed", "gender", "targets")).isEqualTo(3);
    assertThat(metric(beside, "hook_embed", "depth", "targets")).isEqualTo(1);
    assertThat(metric(beside, "hook_embed", "gender/depth", "targets")).isEqualTo(4);
    assertThat(metric(beside, "hook_embed", "gender/depth", "class_rows:gender=none"))
        .isGreaterThan(10);
  }

  @Test
  void whatHasNoLabelCanBeAClass() throws IOException {
    JobRun run =
        run(
                "out",
                activations("a", row -> row),
                labels("l", row -> "male".equals(row.label())),
                "concepts=[gender]",
                "unlabelled=class")
            .succeeded();
    assertThat(metric(run, "hook_embed", "gender", "rows")).isEqualTo(SEQUENCES * POSITIONS);
    assertThat(metric(run, "hook_embed", "gender", "unmatched_labels")).isZero();
    assertThat(metric(run, "hook_embed", "gender", "class_rows:(unlabelled)")).isGreaterThan(100);
  }

  /** Tokens and labels of a generated language, activations of a model, as the jobs write them. */
  @Test
  void takesAGeneratedCorpusAsItIs() throws IOException {
    JobRun.of(
            "generate-corpus",
            folder.resolve("corpus"),
            List.of("kind=language", "sequences=60", "context-length=32", "text=false"))
        .succeeded();
    JobRun.of(
            "train-model",
            folder.resolve("model"),
            List.of(
                "tokens=" + folder.resolve("corpus"),
                "steps=1",
                "context-length=32",
                "batch-size=2",
                "architecture.layers=1",
                "architecture.d-model=16",
                "architecture.heads=2",
                "architecture.d-mlp=32"))
        .succeeded();
    Path models = folder.resolve("model");
    JobRun.of(
            "collect-activations",
            folder.resolve("activations"),
            List.of(
                "model="
                    + models
                        .resolve(Files.readString(models.resolve("latest")).strip())
                        .resolve("model/step-1"),
                "tokens=" + folder.resolve("corpus"),
                "hooks=[blocks.0.hook_resid_post, blocks.0.mlp.hook_post]",
                "sequences-per-part=25"))
        .succeeded();

    JobRun run =
        run(
                "out",
                folder.resolve("activations"),
                folder.resolve("corpus"),
                "concepts=[part_of_speech,gender]")
            .succeeded();

    assertThat(metric(run, "blocks.0.mlp.hook_post", "part_of_speech", "dimensions")).isEqualTo(32);
    assertThat(metric(run, "blocks.0.mlp.hook_post", "part_of_speech", "rows")).isGreaterThan(500);
    assertThat(metric(run, "blocks.0.hook_resid_post", "gender", "unlabelled_rows"))
        .isGreaterThan(500);
    assertThat(erasers("out", "blocks.0.hook_resid_post").erasers())
        .containsOnlyKeys("part_of_speech", "gender");
  }

  /**
   * Float32 leaves 1e-14 of variance in the direction that a layer norm takes away. Whitened, it
   * would be a direction like the others.
   */
  @Test
  void behindALayerNormRoundingIsNotWhitened() throws IOException {
    Path activations =
        activations(
            "a",
            row -> {
              normalize(row.x());
              return row;
            });
    Path labels = labels("l", row -> true);
    String[] keys = {"concepts=[gender]", "hooks=[hook_embed]"};
    JobRun run = run("out", activations, labels, keys).succeeded();
    assertThat(metric(run, "hook_embed", "gender", "covariance_rank")).isEqualTo(WIDTH - 1);
    assertThat(metric(run, "hook_embed", "gender", "condition_number")).isLessThan(1000);
    assertThat(metric(run, "hook_embed", "gender", "dropped_variance_share"))
        .isBetween(1e-17, 1e-13);
    assertThat(metric(run, "hook_embed", "gender", "cross_covariance_after")).isLessThan(1e-14);
    LeaceEraser eraser = erasers("out", "hook_embed").erasers().get("gender");
    assertThat(eraser.right().inner(eraser.right())).isLessThan(1e4);

    JobRun faithful = run("faithful", activations, labels, keys[0], keys[1], "ridge=0").succeeded();
    assertThat(metric(faithful, "hook_embed", "gender", "covariance_rank")).isEqualTo(WIDTH);
    LeaceEraser whitened = erasers("faithful", "hook_embed").erasers().get("gender");
    assertThat(whitened.right().inner(whitened.right())).isGreaterThan(1e6);
  }

  private static void normalize(float[] x) {
    float mean = 0;
    for (float value : x) {
      mean += value / x.length;
    }
    float variance = 0;
    for (int i = 0; i < x.length; i++) {
      x[i] -= mean;
      variance += x[i] * x[i] / x.length;
    }
    for (int i = 0; i < x.length; i++) {
      x[i] /= (float) Math.sqrt(variance);
    }
  }

  /** Fewer rows than dimensions and a constant column: fitted, and told. */
  @Test
  void aCovarianceThatLacksRankIsReported() throws IOException {
    Path activations =
        activations(
            "a",
            row -> {
              row.x()[1] = 4;
              return isOneOfFour(row) ? row : null;
            });
    Path labels = labels("l", FitLeaceTest::isOneOfFour);
    try (Warnings warnings = new Warnings()) {
      JobRun run = run("out", activations, labels, "concepts=[gender]").succeeded();
      assertThat(metric(run, "hook_embed", "gender", "rows")).isEqualTo(4);
      assertThat(metric(run, "hook_embed", "gender", "few_rows")).isEqualTo(1);
      assertThat(metric(run, "hook_embed", "gender", "covariance_rank")).isEqualTo(3);
      assertThat(warnings.lines())
          .contains(
              "hook_embed, concept 'gender': 4 rows for 6 dimensions: the eraser fits these rows alone; shrinkage = true makes one for others");
    }
  }

  /** Two rows of each gender. */
  private static boolean isOneOfFour(Example row) {
    return List.of(1, 2, 4, 9).contains((int) row.sequence() * POSITIONS + row.position());
  }

  private EraserFile erasers(String output, String hook) throws IOException {
    return EraserFile.read(file(output, hook));
  }

  private Path file(String output, String hook) throws IOException {
    Path runs = folder.resolve(output);
    return runs.resolve(Files.readString(runs.resolve("latest")).strip())
        .resolve("erasers/" + hook + ".safetensors");
  }

  private static double metric(JobRun run, String hook, String concept, String metric)
      throws IOException {
    return run.rows(ErasureReportRow.TABLE).stream()
        .filter(
            row ->
                row.hook().equals(hook)
                    && row.concept().equals(concept)
                    && row.metric().equals(metric))
        .mapToDouble(ErasureReportRow::value)
        .findFirst()
        .orElseThrow();
  }
}
