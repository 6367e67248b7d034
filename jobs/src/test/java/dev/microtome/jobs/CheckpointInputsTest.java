package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.microtome.config.InputPath;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.run.ArtifactFile;
import dev.microtome.run.Digest;
import dev.microtome.run.Fingerprint;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointInputsTest {
  private static final String CONFIG =
      """
      {"model_type":"microtome_toy","n_layers":0,"n_heads":1,"d_model":4,"d_head":4,"d_mlp":0,
       "n_ctx":8,"d_vocab":%d,"act_fn":"gelu","normalization":"none","eps":1e-5,"biases":false,
       "smeared_keys":false,"tied":true,"positions":"none"}
      """;

  @TempDir private Path folder;

  private static RunInputs inputs() {
    return new RunInputs(HadoopFileStore.ofThisProcess(), Optional.empty(), NoSteps.INSTANCE);
  }

  private InputPath at(String child) {
    return new InputPath(folder.resolve(child).toString());
  }

  private void model(String child, int vocabulary) throws IOException {
    Files.createDirectories(folder.resolve(child));
    Files.writeString(folder.resolve(child + "/config.json"), CONFIG.formatted(vocabulary));
    Files.writeString(folder.resolve(child + "/model.safetensors"), "weights of " + child);
  }

  private List<String> found(String... children) {
    return inputs().checkpoints(Stream.of(children).map(this::at).toList()).stream()
        .map(
            one ->
                one.model()
                    + " "
                    + one.step()
                    + " "
                    + folder.relativize(Path.of(one.folder().path().substring("file:".length()))))
        .toList();
  }

  private void refused(String message, String... children) {
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> found(children))
        .withMessage(message.replace("@", folder + "/"));
  }

  /** A finished run of train-model. */
  private RunDirectory run(String output, String... models) throws IOException {
    LocalFileStore files = new LocalFileStore();
    Fingerprint fingerprint = new Fingerprint("1a2b3c4d" + "0".repeat(56));
    RunDirectory run =
        RunDirectory.create(
            files,
            folder.resolve(output).toString(),
            Instant.parse("2026-11-22T02:10:00Z"),
            fingerprint);
    List<ArtifactFile> written = new ArrayList<>();
    for (String model : models) {
      model(output + "/" + run.id() + "/" + model, 10);
      for (String name : List.of("config.json", "model.safetensors")) {
        Path file = folder.resolve(output + "/" + run.id() + "/" + model + "/" + name);
        written.add(
            new ArtifactFile(
                model + "/" + name, Files.size(file), Digest.of(Files.readAllBytes(file))));
      }
    }
    run.succeed(
        Manifest.started(
                "train-model",
                false,
                fingerprint,
                JsonNodeFactory.instance.objectNode(),
                List.of(),
                Map.of(),
                Map.of(),
                1,
                "2026-11-22T02:10:00Z")
            .withRun(run.id())
            .completed(
                Map.of(),
                models.length == 0 ? Map.of() : Map.of("model", new Manifest.Artifact(1, written)),
                Map.of(),
                Map.of(),
                "2026-11-22T02:11:00Z",
                1));
    return run;
  }

  @Test
  void plainModelIsStepZeroOfItsFolder() throws IOException {
    model("pythia", 10);

    assertThat(found("pythia")).containsExactly("pythia 0 pythia");
  }

  @Test
  void foldersOfStepsAreSeriesOrderedByModelAndNumber() throws IOException {
    model("b/step-2", 10);
    model("b/step-10", 10);
    model("a/step1000", 10);
    Files.createDirectories(folder.resolve("b/logs"));

    assertThat(found("b", "a"))
        .containsExactly("a 1000 a/step1000", "b 2 b/step-2", "b 10 b/step-10");
    assertThat(found("b/step-10", "*/step*")).isEqualTo(found("b", "a"));
    assertThat(found("?")).isEqualTo(found("b", "a"));
  }

  @Test
  void singleTrainedModelHasTheNameOfItsOutputFromWhereverItIsReached() throws IOException {
    String run = "small/" + run("small", "model/step-5", "model/step-10").id();

    assertThat(found("small"))
        .containsExactly("small 5 " + run + "/model/step-5", "small 10 " + run + "/model/step-10");
    assertThat(found(run)).isEqualTo(found("small"));
    assertThat(found(run + "/model")).isEqualTo(found("small"));
    assertThat(found(run + "/model/step-10", run + "/model/step*")).isEqualTo(found("small"));
    assertThat(found(run + "/model/step-5")).containsExactly("small 5 " + run + "/model/step-5");
  }

  @Test
  void sweepHasTheNamesOfItsModels() throws IOException {
    String run =
        "out/" + run("out", "model/one/step-5", "model/two/step-5", "model/two/step-9").id();

    assertThat(found("out"))
        .containsExactly(
            "one 5 " + run + "/model/one/step-5",
            "two 5 " + run + "/model/two/step-5",
            "two 9 " + run + "/model/two/step-9");
    assertThat(found(run + "/model/two")).isEqualTo(found("out").subList(1, 3));
    assertThat(found("out/two")).isEqualTo(found("out").subList(1, 3));
    assertThat(found("out/two/step-9", run + "/two/step-9"))
        .containsExactly("two 9 " + run + "/model/two/step-9");
    refused("Checkpoints @out/three: no such folder", "out/three");
  }

  @Test
  void aModelIsTheLastStepOfATraining() throws IOException {
    run("small", "model/step-5", "model/step-10");
    run("out", "model/one/step-5", "model/two/step-5", "model/two/step-9");

    assertThat(model("small")).isEqualTo("small of step-10");
    assertThat(model("out/two")).isEqualTo("two of step-9");
    assertThat(model("out/two/step-5")).isEqualTo("two of step-5");
    model("plain", 10);
    assertThat(model("plain")).isEqualTo("plain of plain");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> model("out"))
        .withMessage(
            "Model %1$s: there are 2, expected one, such as %1$s/one (one, two)", at("out"));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> model("out/three"))
        .withMessage("Model %s: no such folder", at("out/three"));
  }

  /** What tables call a model, and its folder's own name. */
  private String model(String child) {
    ModelFolder model = inputs().model(at(child));
    return model.name() + " of " + Path.of(model.path()).getFileName();
  }

  @Test
  void weightsOfARunAreKnownByItsManifestAndEqualThoseThatAreRead() throws IOException {
    RunDirectory run = run("out", "model/two/step-5");
    Path weights = folder.resolve("out/" + run.id() + "/model/two/step-5/model.safetensors");
    Path copy = Files.createDirectories(folder.resolve("two/step-5"));
    for (String name : List.of("config.json", "model.safetensors")) {
      Files.copy(weights.resolveSibling(name), copy.resolve(name));
    }
    RunInputs trained = inputs();
    RunInputs copied = inputs();

    ModelFolder first = trained.checkpoints(List.of(at("out"))).get(0).folder();
    ModelFolder second = copied.checkpoints(List.of(at("two"))).get(0).folder();

    assertThat(first.digest()).isEqualTo(second.digest()).isEqualTo(digestOfModel(copy));
    assertThat(first.files()).isEqualTo(second.files());
    assertThat(trained.digest(at("out"))).isEqualTo(copied.digest(at("two")));
    Files.writeString(weights, "Weights of out/" + run.id() + "/model/two/step-5");
    assertThat(inputs().checkpoints(List.of(at("out"))).get(0).folder().digest())
        .as("executors compare the files with the manifest's digests before use")
        .isEqualTo(first.digest());
  }

  private static String digestOfModel(Path folder) {
    return inputs().model(new InputPath(folder.toString())).digest();
  }

  @Test
  void digestFollowsNamesStepsAndContents() throws IOException {
    model("a/step-1", 10);
    List<String> digests = new ArrayList<>();
    digests.add(digestOfCheckpoints("a"));
    assertThat(digestOfCheckpoints("a")).isEqualTo(digests.get(0)).startsWith("checkpoints:");
    Files.move(folder.resolve("a/step-1"), folder.resolve("a/step-2"));
    digests.add(digestOfCheckpoints("a"));
    Files.move(folder.resolve("a"), folder.resolve("b"));
    digests.add(digestOfCheckpoints("b"));
    Files.writeString(folder.resolve("b/step-2/model.safetensors"), "other");
    digests.add(digestOfCheckpoints("b"));

    assertThat(digests).doesNotHaveDuplicates();
  }

  private String digestOfCheckpoints(String child) {
    RunInputs inputs = inputs();
    inputs.checkpoints(List.of(at(child)));
    return inputs.digest(at(child));
  }

  @Test
  void refusesWhatIsNotThere() throws IOException {
    Files.writeString(folder.resolve("file"), "");
    refused("Checkpoints @none: no such folder", "none");
    refused("Checkpoints @none*: no folder matches", "none*");
    refused("Checkpoints @file: is a file, expected a folder", "file");
  }

  @Test
  void refusesFoldersWithoutWeightsOrConfiguration() throws IOException {
    model("a/step-1", 10);
    model("a/step-2", 10);
    Files.delete(folder.resolve("a/step-2/model.safetensors"));
    refused(
        "Checkpoint @a/step-2 has no weights: holds config.json, expected model.safetensors or model.safetensors.index.json",
        "a");
    Files.delete(folder.resolve("a/step-1/config.json"));
    refused("Checkpoint @a/step-1 has no config.json: holds model.safetensors", "a/step-1");
    Files.createDirectories(folder.resolve("empty"));
    refused(
        "Checkpoint @empty has no weights: holds no file of a model, expected model.safetensors or model.safetensors.index.json",
        "empty");
  }

  @Test
  void refusesAStepThatIsNoNumber() throws IOException {
    model("a/step-1", 10);
    model("a/step-99999999999999999999", 10);
    refused(
        "Checkpoint step-99999999999999999999: its step is above 2^63 - 1, rename the folder", "a");
  }

  @Test
  void anOutputWhoseRunHasNotFinishedIsCalledThat() throws IOException {
    String id = "2026-11-01T02-00-00Z-0000000a";
    model("out/" + id + "/model/step-1", 10);
    Files.writeString(folder.resolve("out/" + id + "/manifest.json"), "{}");
    refused(
        "@out: an output folder without a finished run (no file 'latest'): "
            + id
            + " failed, was killed or is still being written",
        "out");
  }

  @Test
  void refusesTwoFoldersForOneStepOfOneModel() throws IOException {
    model("a/step-1", 10);
    model("a/step01", 10);
    refused("Two checkpoints are step 1 of model 'a': @a/step-1 and @a/step01", "a");
    model("x/m", 10);
    model("y/m", 10);
    refused("Two checkpoints are step 0 of model 'm': @x/m and @y/m", "x/m", "y/m");
  }

  @Test
  void refusesVocabulariesOfDifferentSizes() throws IOException {
    model("a", 10);
    model("b", 12);
    refused(
        "Checkpoint @b has a vocabulary of 12 tokens, @a has 10: expected one size for all",
        "a",
        "b");
  }

  @Test
  void refusesAModelBesideItsSteps() throws IOException {
    model("a", 10);
    model("a/step-1", 10);
    refused(
        "Checkpoints @a: holds a model and also folders such as step-1: name the one or the other (@a/step*)",
        "a");
  }

  @Test
  void refusesRunsWithoutModelsAndUnfinishedOnes() throws IOException {
    RunDirectory other = run("other");
    refused(
        "Checkpoints @other: run %s of train-model has no models, expected a run of train-model (model/step-N)"
            .formatted(other.id()),
        "other");
    RunDirectory run = run("small", "model/step-5");
    refused(
        "Checkpoints @small/%s/parts: run %s has no parts/step-N".formatted(run.id(), run.id()),
        makeFolder("small/" + run.id() + "/parts"));
    Files.delete(folder.resolve("small/" + run.id() + "/_SUCCESS"));
    refused(
        "Checkpoints @small: run %s has no _SUCCESS: it failed, was killed or is still being written"
            .formatted(run.id()),
        "small");
  }

  private String makeFolder(String child) throws IOException {
    Files.createDirectories(folder.resolve(child));
    return child;
  }
}
