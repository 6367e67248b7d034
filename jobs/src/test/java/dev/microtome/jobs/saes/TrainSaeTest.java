package dev.microtome.jobs.saes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Encoding;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeFiles;
import dev.microtome.sae.SaeForm;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.training.SaeScoreRow;
import dev.microtome.sae.training.SaeTrainingRow;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The job through the command line, on 60 × 64 activations of stories260K. */
@ExtendWith(LocalSpark.class)
class TrainSaeTest extends TrainSaeRuns {
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
    assertThat(run.out()).doesNotContain("Warning: ");
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
    assertThat(run.out())
        .contains(
            "\n  Warning: sae: training ends after 30 steps of 64 tokens, fewer than 100 teach an SAE little: lower sae.batch-size, raise");

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
    // The stored activations were collected from the same model, which their table says.
    train("stored", "hooks=" + RESID, "model-name=mine").succeeded();
    SaeSource stored = SaeFiles.form(saes("stored").resolve("sae")).source();
    assertThat(stored.model()).contains("mine");
    assertThat(stored.modelSha256().orElseThrow()).hasSize(64);
    SaeSource computed = SaeFiles.form(saes("computed").resolve("sae")).source();
    assertThat(computed.modelSha256()).isEqualTo(stored.modelSha256());
    // Tokens of another program do not say how long sequences are; here they are read.
    assertThat(computed.contextSize()).hasValue(64);
    assertThat(stored.contextSize()).isEmpty();
    // Nothing but the files counts.
    JobRun.of(
            "evaluate-sae",
            folder.resolve("evaluation"),
            List.of(
                "model=" + MODEL,
                "tokens=" + inputs.resolve("tokens"),
                "saes=" + saes("stored").resolve("sae"),
                "--dry-run"))
        .succeeded();
  }

  /** Without both SAELens makes no activations for an SAE. */
  @Test
  void foldersSayWhatTheSequencesWere() throws IOException {
    JobRun.of(
            "generate-corpus",
            folder.resolve("corpus"),
            List.of(
                "kind=induction",
                "sequences=20",
                "context-length=32",
                "induction.vocabulary-size=20",
                "induction.max-segment=6",
                "text=false"))
        .succeeded();
    List<String> model =
        List.of(
            "model=" + MODEL,
            "tokens=" + folder.resolve("corpus"),
            "accept-other-tokenizer=true",
            "hooks=" + RESID);
    JobRun.of("collect-activations", folder.resolve("activations"), model).succeeded();
    List<String> stored = with("activations=" + folder.resolve("activations"));
    List<String> computed = with("source=model");
    computed.addAll(model);
    JobRun.of("train-sae", folder.resolve("stored"), stored).succeeded();
    JobRun.of("train-sae", folder.resolve("computed"), computed).succeeded();

    for (String output : List.of("stored", "computed")) {
      SaeSource source = SaeFiles.form(saes(output).resolve("sae")).source();
      assertThat(source.contextSize()).as(output).hasValue(32);
      assertThat(source.prependBos()).as(output).contains(true);
    }
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

  /** SAELens has no transcoder by TopK; what evaluates SAEs reads either. */
  @Test
  void aTranscoderByTopKIsWrittenAsSparsifys() throws IOException {
    String mlp = "blocks.2.hook_mlp_out";
    List<String> settings = with("source=model", "model=" + MODEL);
    settings.add("tokens=" + inputs.resolve("tokens"));
    settings.add("hooks=[blocks.2.hook_resid_mid]");
    settings.add("sae.target=" + mlp);
    settings.add("sae.k=4");
    JobRun.of("train-sae", folder.resolve("topk"), settings).succeeded();

    Path sae = saes("topk").resolve("sae");
    assertThat(files("topk")).containsKeys("sae/cfg.json", "sae/sae.safetensors");
    SaeForm form = SaeFiles.check(sae);
    assertThat(form.mapping()).isEqualTo(Mapping.TRANSCODER);
    assertThat(form.encoding()).isEqualTo(new Encoding.TopK(4, DecoderNorms.FREE));
    assertThat(form.source().outputHook()).contains(mlp);
    JobRun.of(
            "evaluate-sae",
            folder.resolve("evaluation"),
            List.of("model=" + MODEL, "tokens=" + inputs.resolve("tokens"), "saes=" + sae))
        .succeeded();
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

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }

  private List<Path> parts(String output) throws IOException {
    try (Stream<Path> parts = Files.list(saes(output).resolveSibling("parts"))) {
      return parts.toList();
    }
  }

  private static Map<String, Double> scores(JobRun run, String sae) throws IOException {
    return run.rows(SaeScoreRow.TABLE).stream()
        .filter(row -> row.sae().equals(sae))
        .collect(Collectors.toMap(SaeScoreRow::metric, SaeScoreRow::value));
  }
}
