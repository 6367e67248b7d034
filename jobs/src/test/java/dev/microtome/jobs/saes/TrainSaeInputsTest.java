package dev.microtome.jobs.saes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.sae.training.SaeTrainingRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * What train-sae does not take, in the plan or on the way, and what it does take for all its looks.
 */
@ExtendWith(LocalSpark.class)
class TrainSaeInputsTest extends TrainSaeRuns {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "hooks=[] | hooks: activations %s have 2 hook points, name those to train on (blocks.2.hook_resid_post, blocks.2.mlp.hook_post)",
        "hooks=blocks.9.mlp.hook_post | hooks: activations %s have no hook 'blocks.9.mlp.hook_post' (they have blocks.2.hook_resid_post, blocks.2.mlp.hook_post)",
        "sae.k=999 | SAE 'sae' at hook 'blocks.2.hook_resid_post': k is 999.0 with 128 features, expected at most as many",
        "sae.d-sae=32 | SAE 'sae' at hook 'blocks.2.hook_resid_post': 32 features for a width of 64, expected 1 to 256 times the width",
        "tokens-budget=10000 | tokens-budget: invalid value 10000: hook 'blocks.2.hook_resid_post' has 3,200 tokens to train on (640 are held out) and epochs = 1; at most 3,200, or epochs = 4",
        "sae.architecture=sparse | sae.architecture: invalid value \"sparse\": must be one of relu-2023, relu, gated, topk, batchtopk, jumprelu, matryoshka",
        "saes=[{name=a},{name=a}] | saes: invalid value a: two SAEs have this name, each must have its own",
        "sae.batch-size=257 | buffer: invalid value 512: must be at least two batches",
        "saes=[{name=a,hook=hook_embed}] | saes: invalid value a: its hook 'hook_embed' is not among hooks, [blocks.2.hook_resid_post]",
        "sae.target=blocks.9.mlp.hook_post | activations %s have no hook 'blocks.9.mlp.hook_post'",
        "sae.target=blocks.2.hook_resid_post | target: invalid value blocks.2.hook_resid_post: is what SAE 'sae' encodes; null for an autoencoder",
        "sae.target=blocks.2.mlp.hook_post | SAE 'sae' at hook 'blocks.2.hook_resid_post': there is no format for a transcoder by topk from 64 to 172 dimensions: SAELens has one for relu, relu-2023, batchtopk, jumprelu and matryoshka, sparsify one for topk between equal widths without a norm of each token",
        "sae.target=\"blocks.*.mlp.hook_post\" | sae.target: invalid value blocks.*.mlp.hook_post: must be one hook point, without '*'",
        "sae.skip=true | sae.skip: invalid value true: goes with a target",
        "workers=60 | workers: invalid value 60: hook 'blocks.2.hook_resid_post' has 3,200 tokens to train on, not a batch of 64 for each",
        "rounds.outer-momentum=1 | rounds.outer-momentum: invalid value 1.0: must be at least 0 and below 1",
        "source=model | model: invalid value null: is needed with source = model",
      })
  void refusesWhatDoesNotFitInThePlan(String set, String message) {
    JobRun run = train("refused", "hooks=" + RESID, set, "--dry-run");

    run.refusedWith(message.formatted(inputs.resolve("activations")));
    assertThat(folder.resolve("refused")).doesNotExist();
  }

  /** 1,500 · 384,000 weights are more than one matrix of native memory has. */
  @Test
  void moreWeightsThanAMatrixHasAreNotForSignum() {
    Path table = folder.resolve("table");
    write(table, 20, row -> new float[1500]);
    List<String> large =
        List.of(
            "activations=" + table,
            "sae.d-sae=384000",
            "sae.batch-size=4",
            "evaluation-tokens=0",
            "buffer=8",
            "--dry-run");
    train("plan", large.toArray(String[]::new)).succeeded();
    List<String> signum = new ArrayList<>(large);
    signum.add("sae.optimizer=signum");
    train("refused", signum.toArray(String[]::new))
        .refusedWith(
            "optimizer of a topk is Signum[momentum=0.95] (1500 × 384000 weights), expected Adam");
  }

  /**
   * Of features 128 and 512: 32 bytes for each of 2 · 64 · them (weights, Adam's sums, copies for
   * products), 3 · 64 floats for each of 64 rows, 24 bytes for each of 8 and AuxK's 128 and 512
   * entries of a row; a tile of 256 rows. 512 rows of 64 floats, and 6 · 64.
   */
  @Test
  void aDryRunTellsTheMemoryOfATask() {
    String plan =
        train("plan", "hooks=" + RESID, "grid.expansion=[2,8]", "--dry-run").succeeded().out();
    assertThat(plan)
        .contains(
            "memory of a task: about 3.5 MB (on one core: 2.4 MB for the SAEs that it trains together and 0.8 MB for each of its cores, heap and native, and 0.2 MB for the buffer and batches)");
  }

  @Test
  void warnsOfFewerEvaluationTokensThanWereAskedFor() {
    String fewer =
        "hook '%s': 1,920 of 3,840 tokens are held out, half at most, not evaluation-tokens = 1921"
            .formatted(RESID);
    assertThat(plan("evaluation-tokens=1920")).doesNotContain(fewer);
    assertThat(plan("evaluation-tokens=1921")).containsOnlyOnce("Warning: " + fewer);
  }

  /** 200 steps of 64 tokens. */
  @Test
  void warnsOfAWindowInWhichNoFeatureCanDie() {
    String none =
        "Warning: sae: trained on 12,800 tokens, within which no feature counts as dead: dead_fraction stays 0";
    assertThat(window("topk", 12_800)).doesNotContain("Warning: ");
    assertThat(window("topk", 12_801))
        .contains(none + " and no dead feature is revived; lower sae.dead-after-tokens");
    assertThat(window("relu-2023", 12_801)).contains(none + "; lower sae.dead-after-tokens");
  }

  private String window(String architecture, int tokens) {
    return train(
            "plan",
            "hooks=" + RESID,
            "epochs=4",
            "sae.architecture=" + architecture,
            "sae.dead-after-tokens=" + tokens,
            "--dry-run")
        .succeeded()
        .out();
  }

  private String plan(String setting) {
    return train("plan", "hooks=" + RESID, setting, "--dry-run").succeeded().out();
  }

  @Test
  void aDryRunListsTheSaes() {
    String plan =
        train(
                "plan",
                "hooks=[" + POST + "," + RESID + "]",
                "grid={architecture=[topk,relu],k=[4,8]}",
                "saes-per-part=2",
                "--dry-run")
            .succeeded()
            .out();
    for (String hook : List.of(POST, RESID)) {
      assertThat(plan)
          .contains(
              "  Trains together: topk-k4-%1$s, topk-k8-%1$s\n".formatted(hook),
              "  Trains together: relu-%s\n".formatted(hook));
    }
  }

  /** A name with the hook behind it, and one that was given like that. */
  @Test
  void twoFoldersOfOneNameAreRefused() {
    train(
            "refused",
            "hooks=[" + POST + "," + RESID + "]",
            "saes=[{name=a},{name=\"a-" + RESID + "\",hook=\"" + RESID + "\"}]",
            "--dry-run")
        .refusedWith("saes: invalid value a-" + RESID + ": two SAEs have this name");
  }

  @Test
  void activationsOfAnotherWidthThanTheirMetadataAreRefused() {
    Path table = folder.resolve("table");
    write(
        table,
        40,
        row -> Arrays.copyOf(new float[] {row % 7, row % 5, row % 3, row % 2}, row < 20 ? 4 : 5));

    train(
            "wide",
            "activations=" + table,
            "sae.batch-size=4",
            "sae.k=2",
            "evaluation-tokens=0",
            "buffer=8")
        .refusedWith("the vector of row 20 has more values, expected 4");
  }

  @Test
  void aNanIsNamedWithTheStepAndTheLastGoodCheckpoint() {
    Path table = folder.resolve("table");
    write(
        table,
        400,
        row -> new float[] {row % 7, row % 5, row == 300 ? Float.NaN : row % 3, row % 2});
    JobRun run =
        train(
            "nan",
            "activations=" + table,
            "sae.batch-size=4",
            "sae.k=2",
            "evaluation-tokens=0",
            "buffer=40",
            "checkpoint-every=10");

    run.refusedWith(
        "hook 'h': value 2 of an activation of sequence 30 is NaN, expected a finite number");
    run.refusedWith("last good checkpoint: step 60, kept in the run's _work folder");
  }

  /** ReLU and padding make such rows; they have no norm to divide by. */
  @Test
  void rowsOfZerosAreTrainedOnUnderConstantNorm() throws IOException {
    Path table = folder.resolve("table");
    write(
        table, 400, row -> new float[] {row % 7, row % 7 == 0 ? 0 : row % 5, row % 7 % 2, row % 7});

    train(
            "zeros",
            "activations=" + table,
            "sae.batch-size=20",
            "sae.normalization=constant-norm",
            "grid.architecture=[relu,batchtopk]",
            "sae.k=2",
            "evaluation-tokens=40",
            "buffer=40")
        .succeeded();

    assertThat(JobRun.rows(folder.resolve("zeros"), SaeTrainingRow.TABLE))
        .isNotEmpty()
        .allMatch(row -> Double.isFinite(row.loss()));
  }

  @Test
  void aDivergingSaeIsNamedWithItsStep() {
    train(
            "wild",
            "hooks=" + RESID,
            "sae.learning-rate=1e30",
            "sae.architecture=relu",
            "saes=[{name=w}]")
        .refusedWith("SAE 'w': ");
  }

  /** Vectors as another program would write them: lists, ten a sequence, one hook. */
  private static void write(Path table, int rows, IntFunction<float[]> vector) {
    StructType schema =
        new StructType()
            .add("hook", DataTypes.StringType)
            .add("sequence_id", DataTypes.LongType)
            .add("activation", DataTypes.createArrayType(DataTypes.FloatType));
    List<Row> all = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      float[] values = vector.apply(row);
      Float[] boxed = new Float[values.length];
      Arrays.setAll(boxed, i -> values[i]);
      all.add(RowFactory.create("h", row / 10L, boxed));
    }
    LocalSpark.write(all, schema, table);
  }
}
