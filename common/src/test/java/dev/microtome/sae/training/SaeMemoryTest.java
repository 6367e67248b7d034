package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.sae.Auxiliary;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Formulation;
import dev.microtome.sae.GatedSae;
import dev.microtome.sae.JumpReluSae;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.stream.RowColumns;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Pointer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Trainings of 8 MB of weights, features dead from the second step on, so that AuxK is at work. */
class SaeMemoryTest {
  private static final int WIDTH = 128;
  private static final int FEATURES = 8192;
  private static final int BATCH = 1500;
  private static final int THREADS = 2;

  static Stream<SaeConfig> configs() {
    Auxiliary auxiliary = new Auxiliary(1.0 / 32, 64, Formulation.PAPER);
    SaeConfig topK = config(new TopKSae(32, auxiliary, DecoderNorms.UNIT));
    SaeConfig relu = config(new ReluSae2024(1));
    return Stream.of(
        topK,
        config(new BatchTopKSae(32, auxiliary, DecoderNorms.UNIT, 0.01)),
        config(
            new MatryoshkaSae(
                List.of(1024, 2048, FEATURES),
                32,
                auxiliary,
                MatryoshkaSae.Scope.WHOLE,
                DecoderNorms.UNIT,
                0.01)),
        relu,
        config(new JumpReluSae(1)),
        // All that is not open is within such a window, below or zero.
        config(
            new JumpReluSae(
                1,
                100,
                new JumpReluSae.Count(),
                JumpReluSae.Estimate.THRESHOLD,
                0,
                Formulation.PAPER)),
        config(new GatedSae(1)),
        topK.skippingTo(2 * WIDTH),
        relu.skippingTo(2 * WIDTH));
  }

  private static SaeConfig config(SaeArchitecture architecture) {
    return SaeConfig.of(architecture, WIDTH, FEATURES);
  }

  /** What is reachable of the heap, and the native matrices: libtorch has no part in these. */
  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory() + Pointer.totalBytes();
  }

  /** Between two thirds of what is stated and a tenth more, and no more after more steps. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("configs")
  void aTrainingHasWhatIsStated(SaeConfig config) {
    SaeRecipe recipe =
        new SaeRecipe(
            "a",
            config,
            SaeOptimizer.adam(Adam.DEFAULT),
            LearningRate.builder(1e-4, 100).build(),
            new CoefficientWarmUp(config.architecture().sparsity(), 0),
            BATCH / 2,
            ResamplingPlan.NONE,
            1);
    boolean transcodes = config.mapping() != Mapping.AUTOENCODER;
    int width = transcodes ? WIDTH + config.dOut() : WIDTH;
    RowBatch batch = RowColumns.all(width).batch(BATCH);
    Random random = new Random(1);
    for (float[] row : batch.rows()) {
      for (int j = 0; j < width; j++) {
        row[j] = (float) random.nextGaussian();
      }
    }
    SaeMemory stated = SaeMemory.of(recipe, BATCH);
    long before = used();
    try (SaeGroup group = SaeGroup.start(List.of(recipe), THREADS)) {
      for (int step = 0; step < 3; step++) {
        group.step(batch);
      }
      long held = used() - before;
      for (int step = 0; step < 5; step++) {
        group.step(batch);
      }
      long later = used() - before;

      double all = stated.bytes() + (double) THREADS * stated.bytesPerThread();
      assertThat(held / all).isBetween(0.66, 1.1);
      // Saw 1.1 MB, which is gone a step later; one array [n, d] of each step would be 3.8 MB.
      assertThat(later).isLessThan(held + 3_000_000);
    }
  }
}
