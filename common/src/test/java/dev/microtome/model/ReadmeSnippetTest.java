package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.load.ModelFiles;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The use of the API that README.md shows, on a model of the tests. */
class ReadmeSnippetTest {
  @Test
  void aPatternIsReadByItsAddress() {
    Path folder = GoldenModel.resource("golden/models/gpt2");
    try (NDManager memory = NDManager.newBaseManager();
        HookedTransformer model = HookedTransformer.load(ModelFiles.open(folder), memory)) {
      HookPoint pattern = HookPoint.parse("blocks.1.attn.hook_pattern");
      try (ActivationCache cache =
          model.run(TokenBatch.of(new int[] {46, 20, 75}), ForwardPass.reading(pattern), memory)) {
        float[] values = cache.floats(pattern);
        assertThat(values).hasSize(model.config().nHeads() * 3 * 3);
        assertThat(values[0]).isEqualTo(1);
      }
    }
  }
}
