package dev.microtome.jobs;

import dev.microtome.model.ModelConfig;
import dev.microtome.model.load.ModelFiles;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What a model and its passes take of an executor outside of its heap, which is what {@code
 * spark.executor.memoryOverhead} must have room for.
 *
 * @param model bytes of the parameters, once for all tasks of the executor
 * @param batch bytes of a pass, for each task that runs at once; empty where the job has no batches
 */
record ExecutorMemory(long model, OptionalLong batch) {
  private static final int FLOAT_BYTES = 4;

  /** Resident memory after loading by that of the parameters; 1.05 to 1.07 were measured. */
  private static final double LOADING = 1.07;

  /** Vectors of the stream's width that a block holds at once: its input, q, k, v, sums, norms. */
  private static final int STREAMS = 8;

  /** That of the largest model, if there is one. */
  static Optional<ExecutorMemory> of(List<ModelFiles> models, OptionalLong batchTokens) {
    return models.stream()
        .map(model -> of(model, batchTokens))
        .reduce((one, other) -> one.model >= other.model ? one : other);
  }

  private static ExecutorMemory of(ModelFiles files, OptionalLong batchTokens) {
    ModelConfig model = files.config();
    long bytesOfToken = (model.dMlp() + STREAMS * (long) model.dModel()) * FLOAT_BYTES;
    return new ExecutorMemory(
        Math.round(files.parameterCount() * FLOAT_BYTES * LOADING),
        batchTokens.isPresent()
            ? OptionalLong.of(batchTokens.getAsLong() * bytesOfToken)
            : OptionalLong.empty());
  }

  /** Bytes of a pass; 0 where the job has no batches. */
  long pass() {
    return batch.orElse(0);
  }

  /** A line for {@code --dry-run}. */
  String line() {
    return String.format(
        Locale.ROOT,
        "memory of an executor outside of its heap: about %s for the model%s; 1 GB for the rest",
        Progress.Amounts.bytes(model),
        batch.isPresent()
            ? ", " + Progress.Amounts.bytes(batch.getAsLong()) + " for each of its tasks"
            : "");
  }
}
