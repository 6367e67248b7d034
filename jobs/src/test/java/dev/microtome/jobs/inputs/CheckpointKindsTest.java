package dev.microtome.jobs.inputs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.ModelFolder.ModelFile;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointKindsTest {
  private static final Path GPT2 = Path.of("../common/src/test/resources/golden/models/gpt2");

  private final List<ModelFolder> fetched = new ArrayList<>();

  @Test
  void oneCheckpointOfEachConfigurationIsLookedAt() throws IOException {
    CheckpointKinds<String> kinds =
        new CheckpointKinds<>(
            inputs(),
            (checkpoint, files) ->
                "step %d, %d layers".formatted(checkpoint.step(), files.config().nLayers()));

    assertThat(kinds.of(checkpoint(1, "c", "w1"))).isEqualTo("step 1, 3 layers");
    assertThat(kinds.of(checkpoint(2, "c", "w2"))).isEqualTo("step 1, 3 layers");
    assertThat(kinds.of(checkpoint(3, "d", "w1"))).isEqualTo("step 3, 3 layers");
    assertThat(kinds.of(checkpoint(4, "c", "w4"))).isEqualTo("step 1, 3 layers");
    assertThat(fetched).extracting(ModelFolder::digest).containsExactly("c w1", "d w1");
  }

  private static Checkpoint checkpoint(long step, String config, String weights) {
    return new Checkpoint(
        "series",
        step,
        new ModelFolder(
            "/series/step-" + step,
            config + " " + weights,
            List.of(
                new ModelFile("config.json", 10, config),
                new ModelFile("model.safetensors", 20, weights))));
  }

  /** Inputs that do nothing but fetch models: whichever is asked for, the golden GPT-2. */
  private Inputs inputs() {
    return (Inputs)
        Proxy.newProxyInstance(
            Inputs.class.getClassLoader(),
            new Class<?>[] {Inputs.class},
            (proxy, method, arguments) -> {
              assertThat(method.getName()).isEqualTo("local");
              fetched.add((ModelFolder) arguments[0]);
              return GPT2;
            });
  }
}
