package dev.microtome.jobs.models;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.dynamics.LossByPositionRow;
import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.Digest;
import dev.microtome.run.LocalFileStore;
import dev.microtome.table.TableSpec;
import dev.microtome.text.Tokenizer;
import dev.microtome.training.TrainingRow;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LocalSpark.class)
class TrainModelTest {
  private static final List<String> SMALL =
      List.of(
          "context-length=16",
          "steps=12",
          "batch-size=4",
          "architecture.d-model=16",
          "architecture.heads=2",
          "checkpoints.at=[3,7]",
          "save-every=5");
  private static final String BOTH = "sweep=[{name=one,layers=1},{name=two}]";

  @TempDir private Path folder;

  @BeforeEach
  void makesTokens() {
    JobRun.of(
            "generate-corpus",
            folder.resolve("corpus"),
            List.of(
                "kind=induction",
                "sequences=50",
                "context-length=16",
                "induction.vocabulary-size=20",
                "induction.max-segment=6",
                "text=false"))
        .succeeded();
  }

  @Test
  void aSweepKeepsItsModelsAtTheirStepsAndEveryStepIsARow() throws IOException {
    JobRun run = train("models", SMALL, BOTH).succeeded();

    assertThat(models("models").keySet())
        .containsExactlyInAnyOrder(
            Stream.of("one", "two")
                .flatMap(
                    name ->
                        Stream.of(0, 3, 7, 12)
                            .flatMap(
                                step ->
                                    Stream.of("config.json", "model.safetensors", "tokenizer.json")
                                        .map(file -> name + "/step-" + step + "/" + file)))
                .toArray(String[]::new));
    List<TrainingRow> rows = new ArrayList<>(run.rows(TrainingRow.TABLE));
    rows.sort(Comparator.comparing(TrainingRow::model).thenComparing(TrainingRow::step));
    assertThat(rows).hasSize(24);
    assertThat(rows.get(0).model()).isEqualTo("one");
    assertThat(rows.get(0).loss()).isBetween(2.5, 3.5);
    assertThat(rows.get(23).tokens()).isEqualTo(12L * 4 * 16);
  }

  @Test
  void otherJobsTakeTheRunAsCheckpoints() throws IOException {
    train("models", SMALL, BOTH).succeeded();
    List<LossByPositionRow> rows =
        JobRun.of(
                "token-losses",
                folder.resolve("losses"),
                List.of(
                    "checkpoints=" + folder.resolve("models"),
                    "tokens=" + folder.resolve("corpus")))
            .succeeded()
            .rows(TableSpec.of("loss_by_position", LossByPositionRow.class, "means"));

    assertThat(rows.stream().map(row -> row.model() + " " + row.step()).distinct())
        .containsExactlyInAnyOrder(
            "one 0", "one 3", "one 7", "one 12", "two 0", "two 3", "two 7", "two 12");
  }

  @Test
  void theManifestHasTheSeedsOfASweep() throws IOException {
    train("models", SMALL, "steps=3", "checkpoints.at=[]", "sweep=[{name=a,seed=5},{name=b}]")
        .succeeded();

    Path run = folder.resolve("models");
    JsonNode manifest =
        new ObjectMapper()
            .readTree(
                Files.readString(
                    run.resolve(Files.readString(run.resolve("latest")).strip())
                        .resolve("manifest.json")));
    assertThat(manifest.path("seeds").toString()).isEqualTo("{\"seed\":0,\"sweep.a.seed\":5}");
  }

  @Test
  void oneModelLiesInModelStepN() throws IOException {
    train("model", SMALL, "checkpoints.at=[]").succeeded();

    assertThat(models("model"))
        .containsOnlyKeys(
            "step-0/config.json",
            "step-0/model.safetensors",
            "step-0/tokenizer.json",
            "step-12/config.json",
            "step-12/model.safetensors",
            "step-12/tokenizer.json");
  }

  /** So that examples of features, and prompts, are words and not numbers. */
  @Test
  void aModelOfAGeneratedCorpusHasItsTokenizer() throws IOException {
    train("model", SMALL, "checkpoints.at=[]").succeeded();

    Path file = JobRun.newest(folder.resolve("corpus")).resolve("tokenizer/tokenizer.json");
    assertThat(models("model"))
        .containsEntry("step-12/tokenizer.json", Digest.of(new LocalFileStore(), file.toString()));
    try (Tokenizer tokenizer = Tokenizer.open(file)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(20);
    }
  }

  /** The same training, written twice: Gpt2FilesTest holds the format against transformers. */
  @Test
  void aModelWrittenAsGpt2HasTheToysLogits() throws IOException {
    List<String> sets =
        List.of(
            "architecture.d-mlp=32",
            "architecture.activation=gelu-new",
            "architecture.biases=false",
            "checkpoints.at=[]");
    train("toy", SMALL, sets.toArray(String[]::new)).succeeded();
    train(
            "gpt2",
            SMALL,
            Stream.concat(sets.stream(), Stream.of("format=gpt2")).toArray(String[]::new))
        .succeeded();

    int[] tokens = {0, 5, 3, 5, 3, 9};
    float[] toy = logits("toy", "microtome_toy", tokens);
    assertThat(logits("gpt2", "gpt2", tokens))
        .usingComparatorWithPrecision(1e-5f) // zeros are added as biases; saw 5e-7
        .containsExactly(toy);
  }

  @Test
  void aModelThatGpt2CannotExpressIsRefused() {
    train("mlp", SMALL, "format=gpt2", "architecture.biases=false")
        .refusedWith(
            "model 'model': Cannot write the model in GPT-2's format: it needs an MLP in each block, the model has attention only");
    train("biases", SMALL, "format=gpt2", "architecture.d-mlp=32")
        .refusedWith(
            "model 'model': format = gpt2 needs architecture.biases = false, it is true: GPT-2 has no bias at its unembedding");
  }

  @Test
  void theWeightsDoNotDependOnTheModelsBesideThemNorOnWhatIsSaved() throws IOException {
    train("both", SMALL, BOTH).succeeded();
    train("alone", SMALL, "sweep=[{name=two}]", "save-every=0").succeeded();

    String file = "two/step-12/model.safetensors";
    assertThat(models("alone").get(file)).isNotNull().isEqualTo(models("both").get(file));
  }

  @Test
  void aDivergingTrainingStopsWithItsStepAndKeepsWhatItHad() throws IOException {
    JobRun run =
        train(
            "wild",
            SMALL,
            "learning-rate=1e30",
            "clip-norm=0",
            "architecture.layer-norm=false",
            "sweep=[{name=two}]");

    run.refusedWith("model 'two': ");
    run.refusedWith("(learning rate 1.0E30); the weights are those of step ");
    run.refusedWith("its checkpoints up to there are kept in the run's _work folder");
    try (Stream<Path> all = Files.walk(folder.resolve("wild"))) {
      assertThat(all.filter(path -> path.endsWith("two/step-0/model.safetensors"))).isNotEmpty();
    }
  }

  @Test
  void aTrainingThatDivergedDivergesAgainInTheSameWords() throws IOException {
    String[] wild = {
      "learning-rate=1e30", "clip-norm=0", "architecture.layer-norm=false", "checkpoints.at=[]"
    };
    JobRun first = train("wild", SMALL, wild);
    first.refusedWith("model 'model': ");

    JobRun second = train("wild", SMALL, wild);

    second.refusedWith("its checkpoints up to there are kept in the run's _work folder");
    assertThat(second.err()).isEqualTo(first.err());
    assertThat(second.out()).contains("Resuming run ");
    try (Stream<Path> all = Files.walk(folder.resolve("wild"))) {
      assertThat(all.filter(path -> path.endsWith("step-0/model.safetensors"))).isNotEmpty();
    }
  }

  @Test
  void theOthersOfASweepAreTrainedToTheEndWhereOneDiverges() throws IOException {
    String[] wild = {
      "clip-norm=0",
      "architecture.layer-norm=false",
      "sweep=[{name=a,learning-rate=1e30},{name=b},{name=c,learning-rate=1e30},{name=d}]"
    };
    JobRun first = train("wild", SMALL, wild);
    first.refusedWith("model 'a': ");
    first.refusedWith("kept in the run's _work folder; model 'c': ");
    assertThat(first.out()).contains("keeps 2 finished parts and the state of others");

    JobRun second = train("wild", SMALL, wild);

    assertThat(second.err()).isEqualTo(first.err());
    assertThat(second.out()).contains("2 of 4 parts are finished");
    try (Stream<Path> all = Files.walk(folder.resolve("wild"))) {
      assertThat(all.map(Path::toString).filter(path -> path.endsWith("step-12/config.json")))
          .hasSize(2)
          .allMatch(path -> path.contains("/model/b/") || path.contains("/model/d/"));
    }
  }

  @Test
  void sequencesShorterThanABatchIsWideAreRefusedInThePlan() {
    JobRun run = train("short", SMALL, "context-length=32");

    run.refusedWith("has 16 tokens, sequences of 32 are asked for");
    assertThat(run.out()).doesNotContain("Run ");
    assertThat(folder.resolve("short")).doesNotExist();
  }

  @Test
  void anArchitectureBeyondTheFamilyIsRefused() {
    train("deep", SMALL, "architecture.layers=20000")
        .refusedWith("architecture: nLayers is 20000, expected a whole number from 0 to 10000");
  }

  @Test
  void anEmbeddingThatNoArrayHoldsIsRefused() {
    train("wide", SMALL, "vocabulary-size=2147483647")
        .refusedWith("an embedding of 2147483647 tokens or positions × d-model 16 is too large");
  }

  @Test
  void aShortSequenceBehindThoseThatThePlanSeesIsNamed() {
    List<int[]> sequences = new ArrayList<>(Collections.nCopies(256, new int[16]));
    sequences.add(new int[9]);
    List<String> sets = new ArrayList<>(SMALL);
    sets.add("tokens=" + JobRun.tokens(sequences, folder.resolve("uneven")));
    sets.add("vocabulary-size=20");

    JobRun.of("train-model", folder.resolve("late"), sets)
        .refusedWith("sequence 256 has 9 tokens, sequences of 16 are asked for");

    assertThat(folder.resolve("late")).doesNotExist();
  }

  private JobRun train(String output, List<String> sets, String... more) {
    List<String> all = new ArrayList<>(sets);
    all.addAll(List.of(more));
    all.add("tokens=" + folder.resolve("corpus"));
    return JobRun.of("train-model", folder.resolve(output), all);
  }

  private float[] logits(String output, String family, int[] tokens) throws IOException {
    Path run = folder.resolve(output);
    Path model =
        run.resolve(Files.readString(run.resolve("latest")).strip())
            .resolve(TrainModel.MODEL)
            .resolve("step-12");
    assertThat(Files.readString(model.resolve("config.json")))
        .contains("\"model_type\" : \"" + family + "\"");
    HookPoint point = HookPoint.parse("logits");
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer transformer = HookedTransformer.load(ModelFiles.open(model), manager);
        ActivationCache cache =
            transformer.run(TokenBatch.of(tokens), ForwardPass.reading(point), manager)) {
      return cache.floats(point);
    }
  }

  /** Digests of the files in the newest run's folder of models. */
  private Map<String, String> models(String output) throws IOException {
    Path run = folder.resolve(output);
    Path models =
        run.resolve(Files.readString(run.resolve("latest")).strip()).resolve(TrainModel.MODEL);
    Map<String, String> files = new TreeMap<>();
    try (Stream<Path> all = Files.walk(models)) {
      for (Path file : all.filter(Files::isRegularFile).toList()) {
        files.put(
            models.relativize(file).toString(), Digest.of(new LocalFileStore(), file.toString()));
      }
    }
    return files;
  }
}
