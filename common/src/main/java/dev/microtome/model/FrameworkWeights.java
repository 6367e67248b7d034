package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.ModelConfig.BlockLayout;
import dev.microtome.model.ModelConfig.NormKind;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import java.util.Optional;

/**
 * A model's weights as the mathematical framework for transformer circuits sees them: a head is a
 * pair of bilinear forms on the residual stream. Float64, row vectors throughout: x_out = x_in ·
 * matrix (the paper's columns, transposed).
 *
 * <p>Key and value heads that several query heads share (grouped queries) are given to each of
 * them. Biases and positions (rotations too) are no part of these matrices. Scores are not divided
 * by √dHead. Matrices are converted when they are asked for; a head is 4 · dModel · dHead · 8
 * bytes.
 *
 * <p>The weights must stay open for as long as this is used.
 *
 * @see <a href="https://transformer-circuits.pub/2021/framework/index.html">Elhage et al. 2021, A
 *     Mathematical Framework for Transformer Circuits</a>
 */
public final class FrameworkWeights {
  private static final int ROWS_AT_A_TIME = 4096;

  private final ModelWeights weights;
  private final ModelConfig config;
  private final Folding folding;

  private FrameworkWeights(ModelWeights weights, Folding folding) {
    this.weights = weights;
    this.config = weights.config();
    this.folding = folding;
  }

  /** What becomes of the norms in front of the matrices. */
  public enum Folding {
    /** Weights as they are stored; norms are ignored. */
    NONE,
    /**
     * A norm's weight, and the layer norm's subtraction of the mean, are multiplied into the matrix
     * that reads behind it (W_Q, W_K, W_V, W_U). What stays out is the norm's division by a number
     * of each position, and its bias. A model without norms is left as it is.
     */
    NORMS
  }

  /**
   * A head's matrices.
   *
   * @param wQ [dModel, dHead]
   * @param wK [dModel, dHead]
   * @param wV [dModel, dHead]
   * @param wO [dHead, dModel]
   */
  public record Head(Matrix wQ, Matrix wK, Matrix wV, Matrix wO) {

    /** W_Q·W_Kᵀ: destination on the left, source on the right, [dModel, dModel]. */
    public FactoredMatrix qk() {
      return new FactoredMatrix(wQ, wK.transpose());
    }

    /** W_V·W_O: what the source's stream adds to the destination's, [dModel, dModel]. */
    public FactoredMatrix ov() {
      return new FactoredMatrix(wV, wO);
    }
  }

  /**
   * The matrices of loaded weights.
   *
   * @throws InputException if norms are to be folded and the model normalises sums (BERT) or the
   *     heads' output (Gemma 2), where no matrix reads directly behind the norm
   */
  public static FrameworkWeights of(ModelWeights weights, Folding folding) {
    if (folding == Folding.NORMS && !canFold(weights.config())) {
      throw new InputException(
          "norms of a %s model (block layout %s) cannot be folded into the matrices that read behind them"
              .formatted(weights.config().family(), weights.config().blockLayout()));
    }
    return new FrameworkWeights(weights, folding);
  }

  /** Whether every norm of such a model stands in front of matrices that read it. */
  public static boolean canFold(ModelConfig config) {
    return config.blockLayout() != BlockLayout.POST_NORM
        && config.blockLayout() != BlockLayout.SANDWICH;
  }

  public ModelConfig config() {
    return config;
  }

  /** The matrices of one head. */
  public Head head(int layer, int head) {
    Matrix wO = output(layer, head);
    int shared = head / (config.nHeads() / config.nKeyValueHeads());
    String norm = "blocks." + layer + ".ln1";
    String name = "blocks." + layer + ".attn.";
    return new Head(
        reading(norm, qkv(name, head)),
        reading(norm, qkv(name, config.nHeads() + shared)),
        reading(norm, qkv(name, config.nHeads() + config.nKeyValueHeads() + shared)),
        wO);
  }

  /** W_O of one head, [dHead, dModel]. */
  public Matrix output(int layer, int head) {
    if (layer < 0 || layer >= config.nLayers() || head < 0 || head >= config.nHeads()) {
      throw new IllegalArgumentException(
          "head %d.%d: the model has %d layers of %d heads"
              .formatted(layer, head, config.nLayers(), config.nHeads()));
    }
    int first = head * config.dHead();
    try (NDArray part =
        weights
            .get("blocks." + layer + ".attn.W_O")
            .get(":,%d:%d".formatted(first, first + config.dHead()))) {
      return matrix(part).transpose();
    }
  }

  /** Rows from (inclusive) to (exclusive) of W_E, [to − from, dModel], scaled and projected. */
  public Matrix embedding(int from, int to) {
    Matrix rows = tokenRows("embed.W_E", from, to);
    Optional<NDArray> projection = weights.find("embed.project_in");
    if (projection.isPresent()) {
      rows = rows.timesTranspose(matrix(projection.get()));
    }
    return config.embeddingScale() == 1 ? rows : rows.scaled(config.embeddingScale());
  }

  /** Columns from (inclusive) to (exclusive) of W_U as rows, [to − from, dModel]. */
  public Matrix unembedding(int from, int to) {
    if (config.head() == ModelConfig.Head.NONE) {
      throw new InputException(
          "unembedding: the %s model has no head, expected one that predicts tokens"
              .formatted(config.family()));
    }
    Matrix rows = tokenRows("unembed.W_U", from, to);
    Optional<NDArray> projection = weights.find("embed.project_out");
    if (projection.isPresent()) {
      rows = rows.times(matrix(projection.get()));
    }
    return reading("ln_final", rows).transpose();
  }

  /** W_Eᵀ·W_E, [dModel, dModel]. */
  public Matrix embeddingGram() {
    Matrix sum = Matrix.zeros(config.dModel(), config.dModel());
    for (int from = 0; from < config.dVocab(); from += ROWS_AT_A_TIME) {
      Matrix rows = embedding(from, Math.min(config.dVocab(), from + ROWS_AT_A_TIME));
      sum = sum.plus(rows.transposeTimes(rows));
    }
    return sum;
  }

  /** W_U·W_E, [dModel, dModel]: what becomes of a direction that is unembedded and embedded. */
  public Matrix unembeddingTimesEmbedding() {
    Matrix sum = Matrix.zeros(config.dModel(), config.dModel());
    for (int from = 0; from < config.dVocab(); from += ROWS_AT_A_TIME) {
      int to = Math.min(config.dVocab(), from + ROWS_AT_A_TIME);
      sum = sum.plus(unembedding(from, to).transposeTimes(embedding(from, to)));
    }
    return sum;
  }

  /** Mean of W_U's columns, as a row of dModel: its product with a stream is the mean logit. */
  public Matrix meanUnembedding() {
    double[] mean = new double[config.dModel()];
    for (int from = 0; from < config.dVocab(); from += ROWS_AT_A_TIME) {
      double[] rows = unembedding(from, Math.min(config.dVocab(), from + ROWS_AT_A_TIME)).toArray();
      for (int i = 0; i < rows.length; i++) {
        mean[i % mean.length] += rows[i] / config.dVocab();
      }
    }
    return Matrix.of(1, mean.length, mean);
  }

  /** Rows of W_pos for positions 0 to {@code count} − 1; empty if positions are not learned. */
  public Optional<Matrix> positions(int count) {
    return config.positions() instanceof Positions.Learned learned
        ? Optional.of(rows(weights.get("pos_embed.W_pos"), learned.offset(), count))
        : Optional.empty();
  }

  private Matrix tokenRows(String name, int from, int to) {
    if (from < 0 || to > config.dVocab() || from > to) {
      throw new IllegalArgumentException(
          "tokens %d to %d of a vocabulary of %d".formatted(from, to, config.dVocab()));
    }
    return rows(weights.get(name), from, to - from);
  }

  /** The rows of W_QKV that are one head's, [dHead, dModel]. */
  private Matrix qkv(String name, int head) {
    return rows(weights.get(name + "W_QKV"), head * config.dHead(), config.dHead());
  }

  /** Rows [n, dModel] that multiply a norm's output, folded if so chosen: [dModel, n]. */
  private Matrix reading(String norm, Matrix rows) {
    Optional<NDArray> weight = weights.find(norm + ".w");
    if (folding == Folding.NONE || weight.isEmpty()) {
      return rows.transpose();
    }
    float[] scale = weight.get().toFloatArray();
    double[] folded = rows.toArray();
    for (int row = 0; row < rows.rows(); row++) {
      int start = row * scale.length;
      double sum = 0;
      for (int i = 0; i < scale.length; i++) {
        folded[start + i] *= scale[i];
        sum += folded[start + i];
      }
      if (config.norm() == NormKind.LAYER_NORM) {
        for (int i = 0; i < scale.length; i++) {
          folded[start + i] -= sum / scale.length;
        }
      }
    }
    return Matrix.of(rows.rows(), scale.length, folded).transpose();
  }

  private static Matrix rows(NDArray array, int first, int count) {
    try (NDArray part = array.get("%d:%d".formatted(first, first + count))) {
      return matrix(part);
    }
  }

  private static Matrix matrix(NDArray array) {
    float[] floats = array.toFloatArray();
    double[] doubles = new double[floats.length];
    for (int i = 0; i < doubles.length; i++) {
      doubles[i] = floats[i];
    }
    long[] shape = array.getShape().getShape();
    return Matrix.of((int) shape[0], (int) shape[1], doubles);
  }
}
