package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.model.load.ModelFiles;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class ExecutorMemoryTest {
  private static final Path STORIES =
      Path.of("../common/src/test/resources/golden/real-models/stories260K-llama");
  private static final Path GPT2 = Path.of("../common/src/test/resources/golden/models/gpt2");

  @Test
  void isThatOfTheLargestModelAndOfABatch() {
    List<ModelFiles> models = List.of(ModelFiles.open(GPT2), ModelFiles.open(STORIES));

    ExecutorMemory memory = ExecutorMemory.of(models, OptionalLong.of(1024)).orElseThrow();

    // 512 · 64 (tied) + 5 · (2 · 64² + 2 · 32 · 64 + 3 · 64 · 172 + 2 · 64) + 64 parameters
    assertThat(memory.model()).isEqualTo(Math.round(260_032 * 4 * 1.07));
    assertThat(memory.batch()).hasValue(1024 * (172 + 8 * 64) * 4);
    assertThat(memory.line())
        .isEqualTo(
            "memory of an executor outside of its heap: about 1.1 MB for the model,"
                + " 2.8 MB for each of its tasks; 1 GB for the rest");
  }

  @Test
  void saysNothingOfBatchesWhereThereAreNoneAndNothingWithoutAModel() {
    List<ModelFiles> models = List.of(ModelFiles.open(STORIES));
    assertThat(ExecutorMemory.of(models, OptionalLong.empty()).orElseThrow().line())
        .isEqualTo(
            "memory of an executor outside of its heap: about 1.1 MB for the model; 1 GB for the rest");
    assertThat(ExecutorMemory.of(List.of(), OptionalLong.of(1024))).isEmpty();
  }
}
