package dev.microtome.jobs.saes;

import dev.microtome.jobs.PartContext;
import dev.microtome.run.InputException;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.training.SaeGroup;
import dev.microtome.sae.training.SaeStep;
import java.io.IOException;
import java.util.List;
import java.util.function.Supplier;

/** Steps of SAEs on batches, with what is logged of them. */
final class TrainingLoop {
  private final SaePart part;
  private final PartContext context;
  private final TrainingLog log;

  TrainingLoop(SaePart part, PartContext context, TrainingLog log) {
    this.part = part;
    this.context = context;
    this.log = log;
  }

  /** What is saved on the way. */
  interface Checkpoints {
    /** Called after each step. */
    void after(long step) throws IOException;

    /** Where one finds the last good weights. */
    String last();
  }

  /**
   * Does a step on each batch that is left.
   *
   * @param ahead opens the batches that follow
   */
  void run(
      SaeGroup group, MixedBatches batches, Supplier<MixedBatches> ahead, Checkpoints checkpoints)
      throws IOException {
    List<String> names = part.names();
    long start = System.nanoTime();
    double waited = 0;
    double[] encoded = new double[names.size()];
    long tokens = part.stream().batchRows() * group.steps();
    long before = part.workers() == 1 ? 0 : tokens;
    while (batches.hasNext()) {
      RowBatch batch;
      List<SaeStep> steps;
      try {
        batch = batches.next();
        steps = group.step(batch);
        group.resample(ahead);
      } catch (InputException e) {
        throw new InputException(
            "step %d: %s; last good checkpoint: %s"
                .formatted(group.steps() + 1, e.getMessage(), checkpoints.last()),
            e);
      }
      double[] encoding = new double[encoded.length];
      for (int i = 0; i < encoded.length; i++) {
        encoding[i] = group.secondsInSteps(i) - encoded[i];
        encoded[i] += encoding[i];
      }
      long now = System.nanoTime();
      log.add(batch, batches.secondsWaited() - waited, encoding, (now - start) / 1e9);
      start = now;
      waited = batches.secondsWaited();
      long step = group.steps();
      if (part.logs(step)) {
        log.log(names, steps, part.tokens(step));
      }
      checkpoints.after(step);
      tokens += batch.size();
      context.progress(tokens - before);
    }
  }
}
