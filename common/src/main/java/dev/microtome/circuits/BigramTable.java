package dev.microtome.circuits;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import java.util.ArrayList;
import java.util.List;

/**
 * The direct path from embedding to unembedding, W_E·W_U: what a model would say of the next token
 * if it saw one token only and had no heads and no MLPs. In a model of no layers that is the model,
 * and its log softmax the log-probabilities of the corpus's bigrams.
 */
public final class BigramTable {
  private final FrameworkWeights weights;
  private final Matrix unembedding;

  private BigramTable(FrameworkWeights weights) {
    this.weights = weights;
    this.unembedding = weights.unembedding(0, weights.config().dVocab());
  }

  /** The table of a model, of which W_U is kept: 8 · dVocab · dModel bytes. */
  public static BigramTable of(FrameworkWeights weights) {
    return new BigramTable(weights);
  }

  /**
   * One entry.
   *
   * @param source the token that is there
   * @param out the token that may follow
   * @param logit W_E·W_U at source and out
   * @param logProbability its log softmax over out, in nats
   */
  public record Entry(int source, int out, double logit, double logProbability) {}

  /** Rows from (inclusive) to (exclusive) of W_E·W_U, [to − from, dVocab]. */
  public Matrix logits(int from, int to) {
    return weights.embedding(from, to).timesTranspose(unembedding);
  }

  /**
   * The {@code count} likeliest successors of each source in a range of tokens, the likeliest
   * first; equal ones by token.
   */
  public List<List<Entry>> top(int from, int to, int count) {
    Matrix logits = logits(from, to);
    List<List<Entry>> rows = new ArrayList<>();
    for (int source = from; source < to; source++) {
      double[] row = logits.row(source - from);
      double normaliser = logSumExp(row);
      List<Entry> entries = new ArrayList<>();
      for (int out : TopIndices.of(row, count)) {
        entries.add(new Entry(source, out, row[out], row[out] - normaliser));
      }
      rows.add(entries);
    }
    return rows;
  }

  static double logSumExp(double[] row) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double value : row) {
      largest = Math.max(largest, value);
    }
    double sum = 0;
    for (double value : row) {
      sum += Math.exp(value - largest);
    }
    return largest + Math.log(sum);
  }
}
