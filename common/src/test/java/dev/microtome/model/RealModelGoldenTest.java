package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.Safetensors;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Two trained models on five texts each, against transformers. stories260K is part of the sources;
 * tinychat (9 MB) is looked for in the folder of shared inputs beside the sources, or wherever
 * MICROTOME_SHARED says.
 */
class RealModelGoldenTest {
  private static final double TOLERANCE =
      1e-4; // the reference's float32 is up to 1.3e-5 from its float64

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  private record Text(JsonNode json) {
    int[] tokens() {
      return ints(json.get("ids"));
    }

    int[] continuation() {
      return ints(json.get("greedy_ids"));
    }

    double lossNats() {
      return json.get("loss_sum").asDouble();
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"stories260K-llama", "tinychat-3.4M-gpt-neo"})
  void lossesLogitsAndContinuationsEqualTransformers(String name) throws IOException {
    Optional<Path> folder = folder(name);
    assumeTrue(folder.isPresent(), name + " is not here");
    List<Text> texts = texts(golden(name, ".json"));
    List<int[]> tokens = texts.stream().map(Text::tokens).toList();
    TokenBatch batch = TokenBatch.of(tokens);
    HookPoint logits = HookPoint.of(HookSite.LOGITS);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = HookedTransformer.load(ModelFiles.open(folder.get()), manager);
        Safetensors golden = Safetensors.open(golden(name, ".safetensors"));
        ActivationCache cache = model.run(batch, ForwardPass.reading(logits), manager)) {
      float[][] losses = TokenLoss.nextToken(model, batch, manager);
      List<int[]> continuations = Generation.greedy(30).run(model, tokens, manager);
      for (int i = 0; i < texts.size(); i++) {
        assertClose(losses[i], golden.floats(i + ".per_token_loss"));
        float[] all = cache.floats(logits, i);
        float[] last = Arrays.copyOfRange(all, all.length - model.config().dVocab(), all.length);
        if (golden.names().contains(i + ".last_logits")) {
          assertClose(last, golden.floats(i + ".last_logits"));
        }
        assertThat(continuations.get(i)).as("text %d", i).isEqualTo(texts.get(i).continuation());
      }
    }
  }

  @Test
  void theStoryAboutTheFoxCostsWhatItsModelCardSays() throws IOException {
    String name = "stories260K-llama";
    Text text = texts(golden(name, ".json")).get(0);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model =
            HookedTransformer.load(ModelFiles.open(folder(name).orElseThrow()), manager)) {
      float[] losses = TokenLoss.nextToken(model, TokenBatch.of(text.tokens()), manager)[0];
      double sum = IntStream.range(0, losses.length).mapToDouble(i -> losses[i]).sum();
      assertThat(losses).hasSize(34);
      assertThat(sum).isCloseTo(54.404121, within(1e-3));
      assertThat(sum).isCloseTo(text.lossNats(), within(1e-3));
      assertThat(Math.exp(sum / 34)).isCloseTo(4.953633, within(1e-4));
    }
  }

  private static List<Text> texts(Path json) throws IOException {
    List<Text> texts = new ArrayList<>();
    for (JsonNode text : new ObjectMapper().readTree(json.toFile()).get("texts")) {
      texts.add(new Text(text));
    }
    return texts;
  }

  private static int[] ints(JsonNode array) {
    return IntStream.range(0, array.size()).map(i -> array.get(i).asInt()).toArray();
  }

  private static Optional<Path> folder(String name) {
    return existing("golden/real-models/" + name, "data/models/" + name);
  }

  private static Path golden(String name, String extension) {
    String file = "real-models/" + name + extension;
    return existing("golden/" + file, "golden/" + file).orElseThrow();
  }

  private static Optional<Path> existing(String resource, String shared) {
    if (GoldenModel.class.getClassLoader().getResource(resource) != null) {
      return Optional.of(GoldenModel.resource(resource));
    }
    String elsewhere = System.getenv("MICROTOME_SHARED");
    return Stream.of(elsewhere == null ? "../../shared" : elsewhere)
        .map(root -> Path.of(root).resolve(shared))
        .filter(Files::exists)
        .findFirst();
  }

  private static void assertClose(float[] actual, float[] expected) {
    assertThat(actual).hasSameSizeAs(expected);
    for (int i = 0; i < actual.length; i++) {
      assertThat((double) actual[i]).as("entry %d", i).isCloseTo(expected[i], within(TOLERANCE));
    }
  }
}
