package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.BatchPlanner;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Intervention;
import dev.microtome.model.PredictionChange;
import dev.microtome.model.Slice;
import dev.microtome.model.TokenBatch;
import dev.microtome.text.TokenSequence;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.LongConsumer;

/**
 * Runs a model with each of several SAEs in place of the activation that it rebuilds. All SAEs of a
 * hook share the passes of the unchanged and of the zero-ablated model; each takes one more.
 *
 * <p>Memory beside the model: features of a batch, [tokens, dSae], of one SAE at a time, and the
 * reconstructions of all.
 */
public final class SaeEvaluator {
  private final HookedTransformer model;
  private final List<FeatureDictionary> saes;
  private final HookPoint output;
  private final int batchTokens;
  private final ForwardPass reading;

  /**
   * Prepares to evaluate.
   *
   * @param saes at least one, all rebuilding the same hook
   * @param batchTokens most tokens of a pass, padding included, unless one sequence is longer
   */
  public SaeEvaluator(HookedTransformer model, List<FeatureDictionary> saes, int batchTokens) {
    this.model = model;
    this.saes = List.copyOf(saes);
    this.batchTokens = batchTokens;
    output = saes.get(0).hooks().output();
    Set<HookPoint> reads = new LinkedHashSet<>();
    for (FeatureDictionary sae : saes) {
      if (!sae.hooks().output().equals(output)) {
        throw new IllegalArgumentException(
            "SAEs of %s and %s, expected one hook".formatted(output, sae.hooks().output()));
      }
      reads.add(sae.hooks().input());
      reads.add(output);
    }
    reading = ForwardPass.reading(reads);
  }

  /**
   * Evaluates on sequences, in the order of the SAEs.
   *
   * @param progress told of sequences done so far, after each batch
   */
  public List<SaeEvaluation> evaluate(
      List<TokenSequence> sequences, NDManager parent, LongConsumer progress) {
    List<SaeEvaluation> evaluations =
        saes.stream().map(sae -> SaeEvaluation.of(sae.dOut(), sae.features())).toList();
    int[] lengths = sequences.stream().mapToInt(sequence -> sequence.tokens().length).toArray();
    long done = 0;
    for (int[] indices : BatchPlanner.plan(lengths, batchTokens)) {
      List<int[]> rows = new ArrayList<>();
      for (int index : indices) {
        rows.add(sequences.get(index).tokens());
      }
      evaluate(TokenBatch.of(rows), evaluations, parent);
      done += indices.length;
      progress.accept(done);
    }
    return evaluations;
  }

  private void evaluate(TokenBatch batch, List<SaeEvaluation> evaluations, NDManager parent) {
    List<ForwardPass> changes = new ArrayList<>();
    changes.add(changed(Intervention.zero(output, Slice.all())));
    try (ActivationCache cache = model.run(batch, reading, parent);
        NDManager memory = parent.newSubManager()) {
      PassCells cells = new PassCells(batch, memory);
      for (int i = 0; i < saes.size(); i++) {
        try (NDManager scratch = memory.newSubManager()) {
          changes.add(changed(rebuild(saes.get(i), cache, cells, evaluations.get(i), scratch)));
        }
      }
    }
    List<PredictionChange> predictions = PredictionChange.nextToken(model, batch, changes, parent);
    for (int i = 0; i < saes.size(); i++) {
      evaluations
          .get(i)
          .predictions()
          .add(predictions.get(0), predictions.get(i + 2), predictions.get(1));
    }
  }

  private Intervention rebuild(
      FeatureDictionary sae,
      ActivationCache cache,
      PassCells cells,
      SaeEvaluation evaluation,
      NDManager scratch) {
    NDArray x = cells.of(cache, sae.hooks().input(), scratch);
    NDArray features = sae.encode(x);
    NDArray rebuilt = sae.decode(features, x);
    evaluation.features().add(EvaluationKernels.sparse(features));
    evaluation.reconstruction().add(cells.of(cache, output, scratch), rebuilt);
    return Intervention.set(output, Slice.all(), cells.with(rebuilt, cache, output, scratch));
  }

  private static ForwardPass changed(Intervention change) {
    return ForwardPass.builder().intervene(change).build();
  }
}
