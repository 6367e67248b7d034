package dev.microtome.jobs.saes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.run.Digest;
import dev.microtome.run.LocalFileStore;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeFiles;
import dev.microtome.sae.training.SaeScoreRow;
import dev.microtome.sae.training.SaeTrainingRow;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.SparkSession;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job through the command line, on 60 × 64 activations of stories260K. */
@ExtendWith(LocalSpark.class)
class TrainSaeTest {
  private static final Path MODEL =
      Path.of("../common/src/test/resources/golden/real-models/stories260K-llama");
  private static final String POST = "blocks.2.mlp.hook_post";
  private static final String RESID = "blocks.2.hook_resid_post";
  private static final List<String> SMALL =
      List.of(
          "sae.batch-size=64",
          "sae.expansion=2",
          "sae.k=8",
          "sae.learning-rate=0.003",
          "sae.dead-after-tokens=2000",
          "buffer=512",
          "evaluation-tokens=640",
          "log-every=5");

  @TempDir private static Path inputs;
  @TempDir private Path folder;

  @BeforeAll
  static void collect() {
    Random random = new Random(1);
    JobRun.tokens(
        Stream.generate(() -> random.ints(64, 3, 512).toArray()).limit(60).toList(),
        inputs.resolve("tokens"));
    JobRun.of(
            "collect-activations",
            inputs.resolve("activations"),
            List.of(
                "model=" + MODEL,
                "tokens=" + inputs.resolve("tokens"),
                "hooks=[" + POST + "," + RESID + "]",
                "sequences-per-part=20"))
        .succeeded();
  }

  @Test
  void aSweepOverTwoHooksIsTrainedEvaluatedAndWritten() throws IOException {
    JobRun run =
        train(
                "sweep",
                "hooks=[\"blocks.*.mlp.hook_post\"," + RESID + "]",
                "grid.k=[4,16]",
                "epochs=4")
            .succeeded();

    assertThat(files("sweep").keySet())
        .containsExactlyInAnyOrder(
            Stream.of(POST, RESID)
                .flatMap(hook -> Stream.of("topk-k4-" + hook, "topk-k16-" + hook))
                .flatMap(
                    name ->
                        Stream.of("cfg.json", "sae_weights.safetensors", "sparsity.safetensors")
                            .map(file -> name + "/" + file))
                .toArray(String[]::new));
    List<SaeTrainingRow> rows =
        run.rows(SaeTrainingRow.TABLE).stream()
            .filter(row -> row.sae().equals("topk-k16-" + RESID))
            .toList();
    // (3,840 − 640) · 4 / 64 steps.
    assertThat(rows).hasSize(40);
    SaeTrainingRow last = rows.get(39);
    assertThat(last.step()).isEqualTo(200);
    assertThat(last.tokens()).isEqualTo(12_800);
    assertThat(last.l0()).isBetween(10.0, 16.0);
    assertThat(last.loss()).isLessThan(rows.get(0).loss() / 2);
    assertThat(last.explainedVariance()).isGreaterThan(0.5);
    assertThat(last.secondsEncoding()).isPositive();
    Map<String, Double> scores = scores(run, "topk-k16-" + RESID);
    assertThat(scores.get("tokens")).isEqualTo(640);
    assertThat(scores.get("explained_variance")).isGreaterThan(0.5);
    assertThat(scores.get("explained_variance"))
        .isGreaterThan(scores(run, "topk-k4-" + RESID).get("explained_variance"));
    assertThat(scores.get("same_sequence_share"))
        .isCloseTo(scores.get("expected_same_sequence_share"), within(0.02));
  }

  @Test
  void theFolderHoldsTheSaeThatWasEvaluated() throws IOException {
    JobRun run = train("one", "hooks=" + RESID, "evaluation-tokens=1920").succeeded();

    try (NDManager manager = NDManager.newBaseManager();
        Sae sae = SaeFiles.read(saes("one").resolve("sae"), manager)) {
      List<float[]> held = heldOut();
      float[] flat = new float[held.size() * 64];
      for (int i = 0; i < held.size(); i++) {
        System.arraycopy(held.get(i), 0, flat, i * 64, 64);
      }
      float[] rebuilt =
          sae.reconstruct(manager.create(flat).reshape(held.size(), 64)).toFloatArray();
      double error = 0;
      for (int i = 0; i < flat.length; i++) {
        error += (flat[i] - rebuilt[i]) * (flat[i] - rebuilt[i]);
      }
      Map<String, Double> scores = scores(run, "sae");
      // float32 sums here, float64 there.
      assertThat(error / held.size())
          .isCloseTo(scores.get("mse"), within(1e-4 * scores.get("mse")));
    }
  }

  /** The last half of each of the three files. */
  private List<float[]> heldOut() throws IOException {
    List<float[]> held = new ArrayList<>();
    List<ActivationRow> rows =
        JobRun.rows(
                inputs.resolve("activations"),
                TableSpec.of("activations", ActivationRow.class, "rows"))
            .stream()
            .filter(row -> row.hook().equals(RESID))
            .toList();
    for (int file = 0; file < 3; file++) {
      for (ActivationRow row : rows.subList(1280 * file + 640, 1280 * file + 1280)) {
        held.add(ActivationCodec.FLOAT32.decode(row.activation()));
      }
    }
    return held;
  }

  @Test
  void weightsDoNotDependOnTheSaesBesideThem() throws IOException {
    String list = "saes=[{name=a,k=4},{name=b,architecture=relu},{name=c,seed=7}]";
    train("together", "hooks=" + RESID, list).succeeded();
    train("apart", "hooks=" + RESID, list, "saes-per-part=1").succeeded();

    assertThat(files("together")).hasSize(9).isEqualTo(files("apart"));
    assertThat(files("together").get("c/sae_weights.safetensors"))
        .isNotEqualTo(files("together").get("a/sae_weights.safetensors"));
  }

  @ParameterizedTest
  @CsvSource({"relu-2023", "relu", "gated", "topk", "batchtopk", "jumprelu", "matryoshka"})
  void everyArchitectureLearns(String architecture) throws IOException {
    JobRun run =
        train(
                architecture,
                "hooks=" + RESID,
                "sae.architecture=" + architecture,
                "sae.l1=0.01",
                "epochs=4",
                "sae.normalization=expected-average-norm")
            .succeeded();

    List<SaeTrainingRow> rows = run.rows(SaeTrainingRow.TABLE);
    SaeTrainingRow last = rows.get(rows.size() - 1);
    assertThat(last.explainedVariance()).isGreaterThan(rows.get(0).explainedVariance() + 0.1);
    assertThat(
            last.mse()
                + last.l1()
                + last.l0Penalty()
                + last.auxiliary()
                + last.preAct()
                + sum(last.innerMse()))
        .isCloseTo(last.loss(), within(1e-5 * last.loss()));
    assertThat(last.innerMse()).hasSize(architecture.equals("matryoshka") ? 4 : 0);
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  @Test
  void activationsAreComputedFromAModelAndStoredNowhere() throws IOException {
    JobRun run =
        JobRun.of(
                "train-sae",
                folder.resolve("computed"),
                with(
                    "source=model",
                    "model=" + MODEL,
                    "tokens=" + inputs.resolve("tokens"),
                    "hooks=" + RESID,
                    "epochs=4"))
            .succeeded();

    assertThat(scores(run, "sae").get("explained_variance")).isGreaterThan(0.5);
    assertThat(Files.readString(saes("computed").resolve("sae/cfg.json")))
        .contains("stories260K-llama", RESID);
  }

  @Test
  void aTranscoderRebuildsAnotherHook() throws IOException {
    JobRun run =
        train(
                "transcoder",
                "hooks=" + RESID,
                "sae.target=" + POST,
                "sae.l1=0.01",
                "epochs=4",
                "saes=[{name=plain,architecture=relu},{name=few,architecture=batchtopk}]",
                "sae.normalization=expected-average-norm")
            .succeeded();

    // An output that knew nothing of its input would explain nothing.
    assertThat(scores(run, "plain").get("explained_variance")).isGreaterThan(0.3);
    try (NDManager manager = NDManager.newBaseManager();
        Sae sae = SaeFiles.read(saes("transcoder").resolve("plain"), manager)) {
      assertThat(sae.form().mapping()).isEqualTo(Mapping.TRANSCODER);
      assertThat(sae.form().dOut()).isEqualTo(172);
      assertThat(sae.form().source().hook()).contains(RESID);
      assertThat(sae.form().source().outputHook()).contains(POST);
    }
    assertThat(Files.readString(saes("transcoder").resolve("few/cfg.json")))
        .contains("\"jumprelu_transcoder\"");
  }

  @Test
  void hooksOfAModelAreComputedInOnePassAndTrainedAsApart() throws IOException {
    List<String> model =
        List.of("source=model", "model=" + MODEL, "tokens=" + inputs.resolve("tokens"));
    for (String hooks : List.of(POST, RESID, "[" + POST + "," + RESID + "]")) {
      List<String> settings = with(model.toArray(String[]::new));
      settings.add("hooks=" + hooks);
      settings.add("sae.architecture=relu-2023");
      settings.add("sae.l1=0.01");
      settings.add("sae.resample=[20]");
      settings.add("sae.resample-inputs=500");
      settings.add("sae.resample-dead-steps=1");
      JobRun.of("train-sae", folder.resolve(hooks.replaceAll("[^a-z_0-9]", "")), settings)
          .succeeded();
    }

    String both = (POST + RESID).replace(".", "");
    assertThat(parts(both)).hasSize(1);
    for (String hook : List.of(POST, RESID)) {
      assertThat(files(both).get("sae-" + hook + "/sae_weights.safetensors"))
          .isEqualTo(files(hook.replace(".", "")).get("sae/sae_weights.safetensors"));
    }
  }

  private List<Path> parts(String output) throws IOException {
    try (Stream<Path> parts = Files.list(saes(output).resolveSibling("parts"))) {
      return parts.toList();
    }
  }

  @Test
  void workersShareTheTokensOut() throws IOException {
    JobRun run =
        train(
                "workers",
                "hooks=" + RESID,
                "epochs=4",
                "workers=2",
                "rounds.steps=15",
                "grid.architecture=[topk,gated]",
                "sae.l1=0.01")
            .succeeded();

    List<SaeTrainingRow> rows =
        run.rows(SaeTrainingRow.TABLE).stream().filter(row -> row.sae().equals("topk")).toList();
    SaeTrainingRow last = rows.get(rows.size() - 1);
    // (3,840 − 640) · 4 / 64 / 2 steps of each.
    assertThat(last.step()).isEqualTo(100);
    assertThat(last.tokens()).isEqualTo(12_800);
    assertThat(scores(run, "topk").get("explained_variance")).isGreaterThan(0.5);
    assertThat(files("workers")).hasSize(6);
    assertThat(folder.resolve("workers"))
        .satisfies(
            output ->
                assertThat(
                        output.resolve(
                            Files.readString(output.resolve("latest")).strip() + "/_work"))
                    .doesNotExist());
    train("again", "hooks=" + RESID, "epochs=4", "workers=2", "rounds.steps=15", "sae.l1=0.01")
        .succeeded();
    assertThat(files("again").get("sae/sae_weights.safetensors"))
        .isEqualTo(files("workers").get("topk/sae_weights.safetensors"));
  }

  @Test
  void listsOfFloatsAreReadLikeBytes() throws IOException {
    Path lists = inputs.resolve("lists-" + folder.getFileName());
    JobRun.of(
            "collect-activations",
            lists,
            List.of(
                "model=" + MODEL,
                "tokens=" + inputs.resolve("tokens"),
                "hooks=" + RESID,
                "encoding=array",
                "sequences-per-part=20"))
        .succeeded();
    train("bytes", "hooks=" + RESID).succeeded();
    train("lists", "activations=" + lists).succeeded();

    assertThat(files("lists")).isEqualTo(files("bytes"));
  }

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
        "sae.target=blocks.2.mlp.hook_post | SAE 'sae' at hook 'blocks.2.hook_resid_post': SAELens has no format for a transcoder by topk; there is one for relu, relu-2023, batchtopk, jumprelu and matryoshka",
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
    SparkSession.builder()
        .getOrCreate()
        .createDataFrame(all, schema)
        .coalesce(1)
        .write()
        .parquet(table.toString());
  }

  private List<String> with(String... more) {
    List<String> all = new ArrayList<>(SMALL);
    all.addAll(List.of(more));
    return all;
  }

  private JobRun train(String output, String... more) {
    List<String> all = new ArrayList<>();
    all.add("activations=" + inputs.resolve("activations"));
    all.addAll(with(more));
    return JobRun.of("train-sae", folder.resolve(output), all);
  }

  private static Map<String, Double> scores(JobRun run, String sae) throws IOException {
    return run.rows(SaeScoreRow.TABLE).stream()
        .filter(row -> row.sae().equals(sae))
        .collect(Collectors.toMap(SaeScoreRow::metric, SaeScoreRow::value));
  }

  private Path saes(String output) throws IOException {
    Path run = folder.resolve(output);
    return run.resolve(Files.readString(run.resolve("latest")).strip()).resolve(TrainSae.SAES);
  }

  /** Digests of the files in the newest run's folder of SAEs. */
  private Map<String, String> files(String output) throws IOException {
    Map<String, String> files = new TreeMap<>();
    Path saes = saes(output);
    try (Stream<Path> all = Files.walk(saes)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            saes.relativize(file).toString(), Digest.of(new LocalFileStore(), file.toString()));
      }
    }
    return files;
  }
}
