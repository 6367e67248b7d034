package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.Activation;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookSite;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.TokenBatch;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What is written is what was in memory, over random architectures. */
public class ToyFilesLawsTest {
  private static final HookPoint LOGITS = HookPoint.of(HookSite.LOGITS);
  private static final TokenBatch BATCH =
      TokenBatch.of(List.of(new int[] {4, 0, 1, 4, 2, 3}, new int[] {1, 2}));

  @TempDir Path folder;

  public static LongStream seeds() {
    return LongStream.range(0, 60);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aLoadedModelIsWrittenBackByteForByteAndGivesTheSameLogits(long seed) throws IOException {
    RandomToy toy = RandomToy.of(seed);
    Path first = toy.write(folder.resolve("first"));
    Path second = folder.resolve("second");

    try (NDManager manager = NDManager.newBaseManager();
        ModelWeights weights = ModelWeights.load(ModelFiles.open(first), manager)) {
      Map<String, NDArray> parameters =
          weights.names().stream().collect(Collectors.toMap(name -> name, weights::get));
      ToyFiles.write(second, ToyConfig.read(first.resolve("config.json")), parameters);

      float[] logits =
          logits(HookedTransformer.of(toy.config().modelConfig(), parameters), manager);
      try (HookedTransformer written = HookedTransformer.load(ModelFiles.open(second), manager)) {
        assertThat(written.config()).isEqualTo(toy.config().modelConfig());
        assertThat(logits(written, manager)).isEqualTo(logits);
      }
      assertThat(logits).doesNotContain(Float.NaN);
    }
    assertThat(second.resolve("config.json")).hasSameBinaryContentAs(first.resolve("config.json"));
    assertThat(second.resolve("model.safetensors"))
        .hasSameBinaryContentAs(first.resolve("model.safetensors"));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theFileHoldsTheTensorsAsTheyWereGiven(long seed) {
    RandomToy toy = RandomToy.of(seed);
    Path written = toy.write(folder.resolve("toy"));
    assertThat(ToyConfig.read(written.resolve("config.json"))).isEqualTo(toy.config());
    try (Safetensors file = Safetensors.open(written.resolve("model.safetensors"))) {
      assertThat(file.names()).containsExactlyElementsOf(toy.tensors().keySet());
      toy.tensors()
          .forEach((name, values) -> assertThat(file.floats(name)).as(name).isEqualTo(values));
    }
  }

  @Test
  void theSeedsTurnEverySwitch() {
    List<ToyConfig> all = seeds().mapToObj(seed -> RandomToy.of(seed).config()).toList();
    assertThat(all).extracting(ToyConfig::positions).contains(ToyConfig.PositionKind.values());
    assertThat(all).extracting(ToyConfig::nLayers).contains(0, 1, 2, 3);
    assertThat(all).extracting(ToyConfig::tied).contains(true, false);
    assertThat(all).extracting(ToyConfig::biases).contains(true, false);
    assertThat(all).extracting(ToyConfig::smearedKeys).contains(true, false);
    assertThat(all)
        .extracting(ToyConfig::norm)
        .contains(ModelConfig.NormKind.NONE, ModelConfig.NormKind.LAYER_NORM);
    assertThat(all).extracting(config -> config.dMlp() > 0).contains(true, false);
    assertThat(all)
        .filteredOn(config -> config.dMlp() > 0 && config.nLayers() > 0)
        .extracting(ToyConfig::activation)
        .contains(Activation.GELU, Activation.GELU_TANH, Activation.RELU)
        .contains(Activation.SOLU, Activation.SOLU_LN);
    assertThat(all)
        .filteredOn(config -> config.positions() == ToyConfig.PositionKind.ROTARY)
        .anyMatch(config -> config.rotaryDim() < config.dHead() && config.smearedKeys());
  }

  private static float[] logits(HookedTransformer model, NDManager manager) {
    try (ActivationCache cache = model.run(BATCH, ForwardPass.reading(LOGITS), manager)) {
      float[] first = cache.floats(LOGITS, 0);
      float[] second = cache.floats(LOGITS, 1);
      float[] both = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, both, first.length, second.length);
      return both;
    }
  }
}
