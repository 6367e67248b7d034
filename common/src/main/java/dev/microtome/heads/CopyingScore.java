package dev.microtome.heads;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.text.RepeatedTokens;

/**
 * The copying score of Olsson et al. (2022): does what a head adds to the stream raise, along the
 * direct path to the logits, the token that it attends to?
 *
 * <p>The sample is the first occurrence of the segment, its n tokens different ones. For a query q
 * of the sample, the head's output is unembedded (behind the final norm's weight and centring; its
 * division is left out), the mean over the vocabulary subtracted, and what is negative set to 0:
 * r[q, v] is how far the token v is raised. With A the attention pattern,
 *
 * <p>share = Σ_q Σ_{s ≤ q} A[q, s]·r[q, token(s)] / Σ_q Σ_{s ≤ q} A[q, s]·Σ_{v in sample} r[q, v],
 *
 * <p>score = 2·share − 1: 1 for a head that raises only what it attends to, −1 for one that raises
 * only other tokens of the sample, or nothing. q and s run over the sample: the token in front is
 * no token to be copied. The paper's ratio, said to range from 0 to 0.5, is share/(1 + share).
 */
final class CopyingScore {
  private final FrameworkWeights weights;
  private final RepeatedTokens tokens;
  private final Matrix sample;

  /**
   * Unembeds a sample.
   *
   * @param mean the mean of W_U's columns, a row
   */
  CopyingScore(FrameworkWeights weights, Matrix mean, RepeatedTokens tokens) {
    this.weights = weights;
    this.tokens = tokens;
    int n = tokens.segmentLength();
    double[] centred = new double[n * mean.columns()];
    for (int i = 0; i < n; i++) {
      int token = tokens.segmentToken(i);
      double[] row = weights.unembedding(token, token + 1).row(0);
      for (int j = 0; j < row.length; j++) {
        centred[i * row.length + j] = row[j] - mean.at(0, j);
      }
    }
    sample = Matrix.of(n, mean.columns(), centred);
  }

  /**
   * The score of one head.
   *
   * @param z of the whole layer, [position, head, dHead]
   */
  double of(int layer, int head, Pattern pattern, float[] z) {
    int n = tokens.segmentLength();
    int dHead = weights.config().dHead();
    double[] mixed = new double[n * dHead];
    for (int query = 1; query <= n; query++) {
      int from = (query * weights.config().nHeads() + head) * dHead;
      for (int i = 0; i < dHead; i++) {
        mixed[(query - 1) * dHead + i] = z[from + i];
      }
    }
    Matrix logits =
        Matrix.of(n, dHead, mixed).times(weights.output(layer, head).timesTranspose(sample));
    double attended = 0;
    double all = 0;
    for (int query = 1; query <= n; query++) {
      double raised = 0;
      for (int token = 0; token < n; token++) {
        raised += Math.max(0, logits.at(query - 1, token));
      }
      for (int source = 1; source <= query; source++) {
        double attention = pattern.at(query, source);
        attended += attention * Math.max(0, logits.at(query - 1, source - 1));
        all += attention * raised;
      }
    }
    return all == 0 ? -1 : 2 * attended / all - 1;
  }
}
