package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.List;

/**
 * A model's next-token predictions under changes, beside those of the unchanged model. One number a
 * position and kind, nats: its loss −log p(next token), and its divergence KL(unchanged ‖ changed)
 * over the vocabulary. Arithmetic is float32, sums are float64.
 */
public final class PredictionChange {
  /** Logits at a time, of the unchanged model and of a changed one each: 32 MB. */
  private static final int CHUNK_FLOATS = 1 << 23;

  private final float[] losses;
  private final float[] divergences;

  private PredictionChange(int predictions) {
    losses = new float[predictions];
    divergences = new float[predictions];
  }

  /**
   * Predictions of a batch: first the unchanged model's, whose divergence is 0, then those under
   * each of several changes.
   *
   * @param changes interventions; what they read is not computed. Logits are made a few hundred
   *     tokens at a time, those of the unchanged model once for all changes
   * @throws InputException if the model is not causal, or a change is one of logits
   */
  public static List<PredictionChange> nextToken(
      HookedTransformer model, TokenBatch batch, List<ForwardPass> changes, NDManager parent) {
    if (!model.config().causal()) {
      throw new InputException(
          "next-token predictions of a %s model, which sees the next token"
              .formatted(model.config().family()));
    }
    HookPoint point = HookPoint.of(HookSite.UNEMBED_IN);
    List<ActivationCache> caches = new ArrayList<>();
    try {
      caches.add(model.run(batch, ForwardPass.reading(point), parent));
      for (ForwardPass change : changes) {
        if (change.changesLogits()) {
          throw new InputException(
              "predictions under a change of logits: change an activation before them");
        }
        caches.add(model.run(batch, change.readingOnly(point), parent));
      }
      return compare(model, batch, caches.stream().map(cache -> cache.get(point)).toList());
    } finally {
      caches.forEach(ActivationCache::close);
    }
  }

  private static List<PredictionChange> compare(
      HookedTransformer model, TokenBatch batch, List<NDArray> inputs) {
    int count = Math.toIntExact(batch.tokenCount() - batch.size());
    List<PredictionChange> all = new ArrayList<>();
    inputs.forEach(input -> all.add(new PredictionChange(count)));
    long[] cells = new long[count];
    long[] targets = new long[count];
    int next = 0;
    for (int row = 0; row < batch.size(); row++) {
      for (int position = 0; position + 1 < batch.length(row); position++) {
        cells[next] = (long) row * batch.length() + position;
        targets[next++] = batch.token(row, position + 1);
      }
    }
    int chunk = Math.max(1, CHUNK_FLOATS / model.config().dVocab());
    for (int first = 0; first < count; first += chunk) {
      int size = Math.min(chunk, count - first);
      try (NDManager scratch = inputs.get(0).getManager().newSubManager()) {
        NDArray index = part(scratch, cells, first, size);
        NDArray wanted = part(scratch, targets, first, size);
        NDArray clean = logits(model, scratch, inputs.get(0), index);
        all.get(0).take(first, Kernels.logitLoss(scratch, clean, wanted).toFloatArray());
        for (int i = 1; i < inputs.size(); i++) {
          try (NDManager own = scratch.newSubManager()) {
            NDArray changed = logits(model, own, inputs.get(i), index);
            all.get(i).take(first, Kernels.logitLoss(own, changed, wanted).toFloatArray());
            float[] divergence = Kernels.divergence(own, clean, changed).toFloatArray();
            System.arraycopy(divergence, 0, all.get(i).divergences, first, size);
          }
        }
      }
    }
    return all;
  }

  private static NDArray logits(
      HookedTransformer model, NDManager manager, NDArray input, NDArray index) {
    try (NDArray rows = input.reshape(-1, input.getShape().get(2));
        NDArray part = Kernels.embedding(manager, rows, index)) {
      return model.unembedding().logits(manager, part);
    }
  }

  private static NDArray part(NDManager manager, long[] values, int first, int size) {
    long[] part = new long[size];
    System.arraycopy(values, first, part, 0, size);
    return manager.create(part, new Shape(size));
  }

  private void take(int first, float[] part) {
    System.arraycopy(part, 0, losses, first, part.length);
  }

  /** Predictions: one less for each sequence than it has tokens. */
  public int count() {
    return losses.length;
  }

  /** Loss of a prediction; they are row after row of the batch, each in the order of positions. */
  public float loss(int prediction) {
    return losses[prediction];
  }

  /** KL(unchanged ‖ changed) of a prediction. */
  public float divergence(int prediction) {
    return divergences[prediction];
  }

  public double lossSum() {
    return sum(losses);
  }

  public double divergenceSum() {
    return sum(divergences);
  }

  private static double sum(float[] values) {
    double sum = 0;
    for (float value : values) {
      sum += value;
    }
    return sum;
  }
}
