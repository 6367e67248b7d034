package dev.microtome.activations;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.HookedTransformer;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Memory inside and outside the heap stays where it is, however many batches run. The property
 * {@code soak.batches} makes it longer.
 */
class ActivationSoakTest {
  private static final int BATCHES = Integer.getInteger("soak.batches", 300);

  /** The compiler's memory comes and goes for the first thousands of batches of a long run. */
  private static final int WARM_UP = Math.max(150, BATCHES / 5);

  private static final Path STATUS = Path.of("/proc/self/status");

  /**
   * A batch is 64 × 24 tokens: one array of the residual stream left behind by each is 59 MB in 300
   * batches.
   */
  private static final int SEQUENCES = 64;

  private static final int LENGTH = 24;
  private static final long ALLOWED = 20L << 20;

  @Test
  void memoryStaysFlat() throws IOException {
    assumeTrue(Files.exists(STATUS), "memory of the process is read from " + STATUS);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = TinyModel.load(manager)) {
      run(model, manager, WARM_UP);
      long heapBefore = heap();
      long residentBefore = resident();

      run(model, manager, BATCHES);

      long heapAfter = heap();
      long residentAfter = resident();
      System.out.printf(
          "%,d batches: heap %+.1f MB, resident set %+.1f MB of %.0f MB%n",
          BATCHES,
          (heapAfter - heapBefore) / 1e6,
          (residentAfter - residentBefore) / 1e6,
          residentBefore / 1e6);
      assertThat(heapAfter - heapBefore).as("growth of the heap").isLessThan(ALLOWED);
      assertThat(residentAfter - residentBefore)
          .as("growth of the resident set")
          .isLessThan(ALLOWED);
    }
  }

  private static void run(HookedTransformer model, NDManager manager, int batches)
      throws IOException {
    CollectionSettings settings =
        new CollectionSettings(
            model
                .hookPoints()
                .resolve(
                    List.of(
                        "blocks.*.hook_resid_post",
                        "blocks.1.mlp.hook_post",
                        "blocks.1.attn.hook_pattern")),
            SEQUENCES * LENGTH,
            PositionSelection.random(2),
            0,
            OnNan.FAIL);
    ActivationCollector<ActivationRow> collector =
        new ActivationCollector<>(model, settings, RowFormat.binary(ActivationCodec.FLOAT32));
    Random random = new Random(1);
    // Ten batches a part: a part's own resources are part of what must not pile up.
    for (int part = 0; part < batches / 10; part++) {
      List<TokenSequence> sequences =
          IntStream.range(0, 10 * SEQUENCES)
              .mapToObj(
                  id -> new TokenSequence(id, random.ints(LENGTH, 0, TinyModel.D_VOCAB).toArray()))
              .toList();
      try (NDManager scope = manager.newSubManager()) {
        collector.collect(sequences, scope, hook -> new Discarding(), done -> {});
      }
    }
  }

  private static long heap() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }

  private static long resident() throws IOException {
    try (Stream<String> lines = Files.lines(STATUS)) {
      String line = lines.filter(each -> each.startsWith("VmRSS:")).findFirst().orElseThrow();
      return 1024 * Long.parseLong(line.replaceAll("[^0-9]", ""));
    }
  }

  private static final class Discarding implements RowWriter<ActivationRow> {
    @Override
    public void write(ActivationRow row) {}

    @Override
    public void close() {}
  }
}
