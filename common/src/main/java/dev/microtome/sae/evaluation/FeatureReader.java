package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.BatchPlanner;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Runs a model over sequences and says what passes in the features of several dictionaries, in one
 * pass for all of them. Sequences come batch by batch, longest first, which depends on their
 * lengths alone.
 *
 * <p>Memory beside the model: features of a batch, [tokens, features], of one dictionary at a time.
 */
public final class FeatureReader {
  private final HookedTransformer model;
  private final List<FeatureDictionary> dictionaries;
  private final int batchTokens;
  private final ForwardPass reading;

  /**
   * Prepares to read.
   *
   * @param batchTokens most tokens of a pass, padding included, unless one sequence is longer
   */
  public FeatureReader(
      HookedTransformer model, List<FeatureDictionary> dictionaries, int batchTokens) {
    this.model = model;
    this.dictionaries = List.copyOf(dictionaries);
    this.batchTokens = batchTokens;
    reading =
        ForwardPass.reading(
            dictionaries.stream().map(dictionary -> dictionary.hooks().input()).toList());
  }

  /** Takes the features of one sequence, row by row its tokens. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes them.
     *
     * @param dictionary index of the dictionary
     */
    void accept(int dictionary, TokenSequence sequence, SparseFeatures features) throws IOException;
  }

  /**
   * Reads the features of sequences.
   *
   * @param progress told of sequences done so far, after each batch
   * @return tokens read
   */
  public long read(
      List<TokenSequence> sequences, NDManager parent, Sink sink, LongConsumer progress)
      throws IOException {
    int[] lengths = sequences.stream().mapToInt(sequence -> sequence.tokens().length).toArray();
    long tokens = 0;
    long done = 0;
    for (int[] indices : BatchPlanner.plan(lengths, batchTokens)) {
      List<TokenSequence> rows = new ArrayList<>();
      for (int index : indices) {
        rows.add(sequences.get(index));
      }
      TokenBatch batch = TokenBatch.of(rows.stream().map(TokenSequence::tokens).toList());
      try (ActivationCache cache = model.run(batch, reading, parent);
          NDManager memory = parent.newSubManager()) {
        PassCells cells = new PassCells(batch, memory);
        for (int i = 0; i < dictionaries.size(); i++) {
          SparseFeatures features = features(dictionaries.get(i), cache, cells, memory);
          int first = 0;
          for (TokenSequence row : rows) {
            sink.accept(i, row, features.rows(first, first + row.tokens().length));
            first += row.tokens().length;
          }
        }
      }
      tokens += batch.tokenCount();
      done += rows.size();
      progress.accept(done);
    }
    return tokens;
  }

  private static SparseFeatures features(
      FeatureDictionary dictionary, ActivationCache cache, PassCells cells, NDManager memory) {
    try (NDManager scratch = memory.newSubManager()) {
      NDArray x = cells.of(cache, dictionary.hooks().input(), scratch);
      return EvaluationKernels.sparse(dictionary.encode(x));
    }
  }
}
