package dev.microtome.circuits;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.FrameworkWeights.Head;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * The strongest skip-trigrams of a head, "source … destination → out": the destination attends to
 * the source and thereby raises the out token. In a one-layer model they are all that heads do.
 *
 * <p>Two numbers make one: the attention logit of (destination, source) from their embeddings,
 * scaled as the model scales it, minus its mean over sources, which the softmax over sources does
 * not see; and the logit that source writes for out, minus its mean over outs, which the softmax
 * over outs does not see. A skip-trigram's strength is their product where both are positive; where
 * one is not, it is no skip-trigram. Positions, biases and rotations are left out.
 *
 * <p>Exact over all dVocab³ triples without making them: for one source, a triple among the best k
 * has its destination and its out among that source's best k. A head costs 2 · dVocab² · dHead
 * multiplications; in memory are W_E and W_U as float64, and 128 rows of dVocab numbers.
 */
public final class SkipTrigrams {
  private static final int SOURCES_AT_A_TIME = 64;

  private static final Comparator<SkipTrigram> BEST =
      Comparator.comparingDouble(SkipTrigram::strength)
          .reversed()
          .thenComparing(SkipTrigram::source)
          .thenComparing(SkipTrigram::destination)
          .thenComparing(SkipTrigram::out);

  private SkipTrigrams() {}

  /**
   * One skip-trigram.
   *
   * @param source the token that is attended to
   * @param destination the token that attends
   * @param out the token that is raised
   * @param attentionLogit of destination and source, minus its mean over sources
   * @param outLogit that the source writes for out, minus its mean over outs
   */
  public record SkipTrigram(
      int source, int destination, int out, double attentionLogit, double outLogit) {

    /** The product of both logits. */
    public double strength() {
      return attentionLogit * outLogit;
    }
  }

  /** The {@code count} strongest skip-trigrams of a head, the strongest first. */
  public static List<SkipTrigram> of(FrameworkWeights weights, int layer, int head, int count) {
    if (count < 1) {
      throw new IllegalArgumentException("count must be positive: " + count);
    }
    int dVocab = weights.config().dVocab();
    Head matrices = weights.head(layer, head);
    Matrix embedding = weights.embedding(0, dVocab);
    double scale = weights.config().attentionScales().get(layer);
    Matrix queries = embedding.times(matrices.wQ()).scaled(scale).transpose();
    Matrix keys = centred(embedding.times(matrices.wK()));
    Matrix values = embedding.times(matrices.wV());
    Matrix outs = centred(weights.unembedding(0, dVocab).timesTranspose(matrices.wO())).transpose();

    PriorityQueue<SkipTrigram> kept = new PriorityQueue<>(BEST.reversed());
    for (int from = 0; from < dVocab; from += SOURCES_AT_A_TIME) {
      int to = Math.min(dVocab, from + SOURCES_AT_A_TIME);
      Matrix attention = keys.rows(from, to).times(queries);
      Matrix logits = values.rows(from, to).times(outs);
      for (int source = from; source < to; source++) {
        offer(kept, count, source, attention.row(source - from), logits.row(source - from));
      }
    }
    return kept.stream().sorted(BEST).toList();
  }

  private static void offer(
      PriorityQueue<SkipTrigram> kept, int count, int source, double[] attention, double[] logits) {
    int[] destinations = positive(TopIndices.of(attention, count), attention);
    int[] outs = positive(TopIndices.of(logits, count), logits);
    for (int i = 0; i < destinations.length; i++) {
      // The pair (i, j) has (i + 1)·(j + 1) − 1 pairs that are at least as strong.
      for (int j = 0; j < outs.length && (i + 1) * (j + 1) <= count; j++) {
        kept.add(
            new SkipTrigram(
                source, destinations[i], outs[j], attention[destinations[i]], logits[outs[j]]));
        if (kept.size() > count) {
          kept.remove();
        }
      }
    }
  }

  private static int[] positive(int[] indices, double[] values) {
    return Arrays.stream(indices).filter(index -> values[index] > 0).toArray();
  }

  /** Rows minus the mean row. */
  private static Matrix centred(Matrix rows) {
    double[] values = rows.toArray();
    double[] mean = new double[rows.columns()];
    for (int i = 0; i < values.length; i++) {
      mean[i % mean.length] += values[i] / rows.rows();
    }
    for (int i = 0; i < values.length; i++) {
      values[i] -= mean[i % mean.length];
    }
    return Matrix.of(rows.rows(), rows.columns(), values);
  }
}
