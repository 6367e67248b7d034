package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.sae.Auxiliary;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Formulation;
import dev.microtome.sae.JumpReluSae;
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

  static Stream<SaeArchitecture> architectures() {
    Auxiliary auxiliary = new Auxiliary(1.0 / 32, 64, Formulation.PAPER);
    return Stream.of(
        new TopKSae(32, auxiliary, DecoderNorms.UNIT),
        new BatchTopKSae(32, auxiliary, DecoderNorms.UNIT, 0.01),
        new MatryoshkaSae(
            List.of(1024, 2048, FEATURES),
            32,
            auxiliary,
            MatryoshkaSae.Scope.WHOLE,
            DecoderNorms.UNIT,
            0.01),
        new ReluSae2024(1),
        new JumpReluSae(1));
  }

  /** What is reachable of the heap, and the native matrices: libtorch has no part in these. */
  private static long used() {
    System.gc();
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory() + Pointer.totalBytes();
  }

  /** Between two thirds of what is stated and a tenth more, and no more after more steps. */
  @ParameterizedTest(name = "{0}")
  @MethodSource("architectures")
  void aTrainingHasWhatIsStated(SaeArchitecture architecture) {
    SaeRecipe recipe =
        new SaeRecipe(
            "a",
            SaeConfig.of(architecture, WIDTH, FEATURES),
            SaeOptimizer.adam(Adam.DEFAULT),
            LearningRate.builder(1e-4, 100).build(),
            new CoefficientWarmUp(architecture.sparsity(), 0),
            BATCH / 2,
            ResamplingPlan.NONE,
            1);
    RowBatch batch = RowColumns.all(WIDTH).batch(BATCH);
    Random random = new Random(1);
    for (float[] row : batch.rows()) {
      for (int j = 0; j < WIDTH; j++) {
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
