package dev.microtome.sae.training;

import dev.microtome.sae.ReluSae2023;
import dev.microtome.sae.Resampling;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.stream.RowColumns;
import java.io.IOException;
import java.util.Arrays;
import java.util.function.Function;
import java.util.function.Supplier;

/** Looks through the inputs that follow in a training for those that dead features are to take. */
final class Resampler {
  private final SaeRecipe recipe;
  private final Supplier<MixedBatches> ahead;
  private final RowColumns columns;

  /**
   * Begins to look.
   *
   * @param ahead opens the batches that follow
   * @param columns of these that are the SAE's
   */
  Resampler(SaeRecipe recipe, Supplier<MixedBatches> ahead, RowColumns columns) {
    this.recipe = recipe;
    this.ahead = ahead;
    this.columns = new RowColumns(columns.from(), columns.width(), 0, 0);
  }

  /** Whether a recipe has it after so many steps. */
  static boolean isDue(SaeRecipe recipe, long steps) {
    return recipe.config().architecture() instanceof ReluSae2023
        && recipe.resampling().steps().contains(steps);
  }

  /**
   * Draws an input for each dead feature.
   *
   * @param losses of a batch's rows, which are as they are
   * @return rows as they are, one a feature; none if nothing is or all are dead, or nothing follows
   */
  float[][] draw(int[] dead, long steps, Function<RowBatch, double[]> losses) throws IOException {
    if (dead.length == 0 || dead.length == recipe.config().dSae()) {
      return new float[0][];
    }
    double[] found = losses(losses);
    return found.length == 0
        ? new float[0][]
        : inputs(Resampling.draw(found, dead, recipe.seed(), steps));
  }

  /** Losses of the inputs that follow; fewer at the end of the training. */
  private double[] losses(Function<RowBatch, double[]> ofBatch) throws IOException {
    int inputs = recipe.resampling().inputs();
    double[] losses = new double[inputs];
    int count = 0;
    try (MixedBatches batches = ahead.get()) {
      while (count < inputs && batches.hasNext()) {
        double[] next = ofBatch.apply(own(batches.next()));
        int taken = Math.min(next.length, inputs - count);
        System.arraycopy(next, 0, losses, count, taken);
        count += taken;
      }
    }
    return Arrays.copyOf(losses, count);
  }

  private float[][] inputs(int[] drawn) throws IOException {
    float[][] rows = new float[drawn.length][];
    int last = Arrays.stream(drawn).max().orElseThrow();
    try (MixedBatches batches = ahead.get()) {
      for (int first = 0; first <= last; ) {
        RowBatch batch = own(batches.next());
        for (int i = 0; i < drawn.length; i++) {
          if (drawn[i] >= first && drawn[i] < first + batch.size()) {
            rows[i] = batch.rows()[drawn[i] - first].clone();
          }
        }
        first += batch.size();
      }
    }
    return rows;
  }

  /** What is encoded of a batch. */
  private RowBatch own(RowBatch batch) {
    if (columns.areAll(batch.width())) {
      return batch;
    }
    RowBatch inputs = columns.batch(batch.size());
    columns.copy(batch, inputs);
    return inputs;
  }
}
