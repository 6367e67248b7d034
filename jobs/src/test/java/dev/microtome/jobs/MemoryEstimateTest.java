package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.microtome.model.load.ModelFiles;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

class MemoryEstimateTest {
  private static final List<ModelFiles> STORIES =
      List.of(
          ModelFiles.open(
              Path.of("../common/src/test/resources/golden/real-models/stories260K-llama")));

  private static ObjectNode batches(int tokens) {
    return JsonNodeFactory.instance.objectNode().put("batch-tokens", tokens);
  }

  @Test
  void aPassCountsToTheTaskAndTheModelDoesNot() {
    MemoryEstimate memory =
        MemoryEstimate.of(batches(1024), STORIES, new TaskMemory(1_200_000, "two SAEs"));

    // 1024 tokens of 172 + 8 · 64 floats are 2.8 MB
    assertThat(memory.brief()).isEqualTo("4.0 MB a task, 1.1 MB the model");
    assertThat(memory.lines())
        .containsExactly(
            "memory of an executor outside of its heap: about 1.1 MB for the model,"
                + " 2.8 MB for each of its tasks; 1 GB for the rest",
            "memory of a task: about 1.2 MB (two SAEs)");
  }

  @Test
  void whatDoesNotGrowIsLittleAndSaysWhy() {
    MemoryEstimate memory =
        MemoryEstimate.of(batches(1024), List.of(), TaskMemory.steady("a document at a time"));

    assertThat(memory.brief()).isEqualTo("little memory");
    assertThat(memory.lines())
        .containsExactly("memory of a task: no more for a larger input (a document at a time)");
  }
}
