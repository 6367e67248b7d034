package dev.microtome.circuits;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.FrameworkWeights.Head;
import dev.microtome.model.HeadIndex;

/**
 * The QK and OV circuits of a model's heads, on the stream and between tokens, and their eigenvalue
 * scores.
 *
 * <p>The scores are Re Σλ / Σ|λ|, in [−1, 1]: 1 where every eigenvalue is positive (the circuit
 * maps a token to itself and to tokens like it), −1 where every one is negative. They are computed
 * on [dHead, dHead], which has the same eigenvalues other than 0.
 *
 * <p>Made once a model: W_Eᵀ·W_E and W_U·W_E cost 2 · dVocab · dModel² multiplications each.
 */
public final class HeadCircuits {
  private final FrameworkWeights weights;
  private final Matrix embeddingGram;
  private final Matrix unembeddingTimesEmbedding;

  private HeadCircuits(FrameworkWeights weights) {
    this.weights = weights;
    this.embeddingGram = weights.embeddingGram();
    this.unembeddingTimesEmbedding = weights.unembeddingTimesEmbedding();
  }

  public static HeadCircuits of(FrameworkWeights weights) {
    return new HeadCircuits(weights);
  }

  /**
   * W_E·W_Q·W_Kᵀ·W_Eᵀ, [destination token, source token]: the attention score of the token
   * embeddings alone, before the division by √dHead. The factors take 2 · dVocab · dHead numbers.
   */
  public static FactoredMatrix fullQk(FrameworkWeights weights, int layer, int head) {
    Matrix embedding = weights.embedding(0, weights.config().dVocab());
    Head matrices = weights.head(layer, head);
    return new FactoredMatrix(
        embedding.times(matrices.wQ()), embedding.times(matrices.wK()).transpose());
  }

  /** W_E·W_V·W_O·W_U, [source token, out token]: logits written where the source is attended to. */
  public static FactoredMatrix fullOv(FrameworkWeights weights, int layer, int head) {
    int dVocab = weights.config().dVocab();
    Head matrices = weights.head(layer, head);
    return new FactoredMatrix(
        weights.embedding(0, dVocab).times(matrices.wV()),
        matrices.wO().timesTranspose(weights.unembedding(0, dVocab)));
  }

  /** The eigenvalue score of W_V·W_O alone, on the stream. */
  public double ovCopying(int layer, int head) {
    return EigenvalueScore.of(weights.head(layer, head).ov().core());
  }

  /** The eigenvalue score of the full OV circuit: near 1, the head copies tokens. */
  public double fullOvCopying(int layer, int head) {
    return EigenvalueScore.of(fullOvCore(layer, head));
  }

  /**
   * The eigenvalue score of the full QK circuit: near 1, a token attends to itself and its like.
   */
  public double fullQkMatching(int layer, int head) {
    return EigenvalueScore.of(fullQkCore(layer, head));
  }

  /**
   * The eigenvalue score of a virtual head: attention of one head to what another one moved, whose
   * OV circuit is W_E·OV₁·OV₂·W_U.
   *
   * @param first layer and head of the earlier one
   * @param second layer and head of the later one
   */
  public double virtualCopying(HeadIndex first, HeadIndex second) {
    Head earlier = weights.head(first.layer(), first.head());
    Head later = weights.head(second.layer(), second.head());
    return EigenvalueScore.of(
        later
            .wO()
            .times(unembeddingTimesEmbedding)
            .times(earlier.wV())
            .times(earlier.wO().times(later.wV())));
  }

  /** W_O·W_U·W_E·W_V, [dHead, dHead]: its eigenvalues are those of the full OV circuit. */
  Matrix fullOvCore(int layer, int head) {
    Head matrices = weights.head(layer, head);
    return matrices.wO().times(unembeddingTimesEmbedding).times(matrices.wV());
  }

  /** W_Kᵀ·W_Eᵀ·W_E·W_Q, [dHead, dHead]: its eigenvalues are those of the full QK circuit. */
  Matrix fullQkCore(int layer, int head) {
    Head matrices = weights.head(layer, head);
    return matrices.wK().transposeTimes(embeddingGram).times(matrices.wQ());
  }
}
