package dev.microtome.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDManager;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Batch after batch, nothing is left behind: no array that a manager still holds, and no page of
 * the process.
 */
class NativeMemoryTest {
  private static final Path PROCESS = Path.of("/proc/self/statm");
  private static final long PAGE_BYTES = 4096;

  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  @Test
  void hundredsOfBatchesLeaveNothingBehind() throws IOException {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("llama").load(manager)) {
      ForwardPass everything =
          ForwardPass.builder()
              .read(model.hookPoints().all())
              .intervene(
                  Intervention.scale(
                      HookPoint.parse("blocks.0.attn.hook_pattern"), Slice.all().heads(1), 0.5))
              .build();
      List<int[]> rows =
          IntStream.range(0, 32)
              .mapToObj(row -> new Random(row).ints(24, 0, model.config().dVocab()).toArray())
              .toList();
      int arrays = manager.getManagedArrays().size();
      long afterWarmUp = 0;
      // A run keeps and computes about 7 MB.
      for (int i = 0; i < 300; i++) {
        model.run(TokenBatch.of(rows), everything, manager).close();
        TokenLoss.nextToken(model, TokenBatch.of(rows.subList(0, 2)), manager);
        if (i == 99) {
          afterWarmUp = residentBytes();
        }
      }
      Generation.greedy(20).run(model, rows, manager);
      assertThat(manager.getManagedArrays()).hasSize(arrays);
      assumeTrue(Files.exists(PROCESS), "no /proc on this system");
      // 200 batches would leave 1.4 GB if they leaked; the allocator and the Java heap move by tens
      // of MB.
      assertThat(residentBytes() - afterWarmUp).isLessThan(60L << 20);
    }
  }

  @Test
  void aRunThatFailsHalfwayLeavesNothingBehind() {
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = GoldenModel.open("llama").load(manager)) {
      int arrays = manager.getManagedArrays().size();
      ForwardPass fails =
          ForwardPass.builder()
              .read(model.hookPoints().all())
              .intervene(
                  Intervention.zero(
                      HookPoint.parse("blocks.1.mlp.hook_post"), Slice.all().features(999)))
              .build();
      try {
        model.run(TokenBatch.of(new int[] {1, 2, 3}), fails, manager).close();
      } catch (InputException expected) {
        assertThat(expected).hasMessageContaining("feature 999");
      }
      assertThat(manager.getManagedArrays()).hasSize(arrays);
    }
  }

  private static long residentBytes() throws IOException {
    return Files.exists(PROCESS)
        ? Long.parseLong(Files.readString(PROCESS).split(" ", -1)[1]) * PAGE_BYTES
        : 0;
  }
}
