package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;
import dev.microtome.sae.PreBias;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One step of a ReLU autoencoder with an L1 penalty: ⟨‖x − x̂‖²⟩ + λ⟨Σ f_j c_j⟩, c_j = 1 or the
 * norm of the decoder's row. Of a new one half of the features fire on a row: gradients are
 * products of dense matrices, formed for a few tiles of rows at a time and summed up at once, so
 * that neither the features nor their gradients of a whole batch are ever in memory. In tiles where
 * few fire, the encoder's product is the only dense one: the rest touches what fires alone.
 *
 * <ol>
 *   <li>Tiles of rows, each a worker's: h = x·W_enc, f, x̂, e = x − x̂ and ∂L/∂h, while they are in
 *       the cache.
 *   <li>Blocks of features, each a worker's: the tiles' shares of the gradients of their rows of
 *       weights. Then the next tiles.
 *   <li>Blocks of features: the optimiser.
 * </ol>
 *
 * <p>Sums are added in the order of tiles: the bits do not hang on the number of threads.
 */
final class ReluStep implements StepArithmetic {
  private static final int TILE_BYTES = 16 << 20;
  private static final int LONGEST_TILE = 256;
  private static final int SHORTEST_TILE = 32;
  private static final int BLOCK = 256;

  /** Makes a quotient of any feature above 1e-38, and 0 of 0. */
  private static final float HUGE = 1e38f;

  private final TopKShape shape;
  private final TopKParameters parameters;
  private final RowRule rule;
  private final Workers workers;
  private final FiringWindow window;
  private final NativeFloats encoder;
  private final NativeFloats decoder;
  private final NativeFloats encoderGradient;
  private final NativeFloats decoderGradient;
  private final ReluTile[] tiles;
  private final Scratch[] scratch;
  private final int tileRows;
  private final float[] weights;
  private final int[] fires;
  private final float[] values;
  private final float[] slopes;
  private final float[][] blockBias;
  private double sparsity;
  private float[] errorSum;

  ReluStep(TopKShape shape, TopKParameters parameters, RowRule rule, Workers workers) {
    this.shape = shape;
    this.parameters = parameters;
    this.rule = rule;
    this.workers = workers;
    int features = shape.dSae();
    tileRows = tileRows(features);
    window = new FiringWindow(features, shape.deadAfterTokens());
    encoder = new NativeFloats(features, shape.dIn());
    decoder = new NativeFloats(features, shape.dIn());
    encoderGradient = new NativeFloats(features, shape.dIn());
    decoderGradient = new NativeFloats(features, shape.dIn());
    tiles = new ReluTile[2 * workers.threads()];
    Arrays.setAll(tiles, i -> new ReluTile(tileRows, shape));
    scratch = new Scratch[workers.threads()];
    Arrays.setAll(scratch, i -> new Scratch());
    weights = new float[features];
    fires = new int[features];
    values = new float[features];
    slopes = new float[features];
    blockBias = new float[(features + BLOCK - 1) / BLOCK][shape.dIn()];
    load();
  }

  /** Rows of a tile. */
  static int tileRows(int features) {
    int fitting = TILE_BYTES / (Float.BYTES * features) / SHORTEST_TILE * SHORTEST_TILE;
    return Math.max(SHORTEST_TILE, Math.min(LONGEST_TILE, fitting));
  }

  @Override
  public void load() {
    for (int i = 0; i < shape.dSae(); i++) {
      load(i, scratch[0]);
    }
  }

  private void load(int feature, Scratch own) {
    float[] row = parameters.decoder()[feature];
    encoder.set(feature, parameters.encoder()[feature]);
    decoder.set(feature, row);
    weights[feature] =
        shape.penalty() == Penalty.BY_DECODER_NORMS
            ? (float) Math.sqrt(Rows.dot(row, row, own.products))
            : 1;
  }

  @Override
  public FiringWindow window() {
    return window;
  }

  @Override
  public SparseCodes codes() {
    throw new IllegalStateException("features of a ReLU are not kept");
  }

  @Override
  public StepSums forward(float[][] rows, double newSparsity) {
    sparsity = newSparsity;
    Arrays.fill(fires, 0);
    Arrays.fill(values, 0);
    Arrays.fill(slopes, 0);
    Totals totals = new Totals(shape.dIn(), 1);
    int together = tiles.length * tileRows;
    for (int first = 0; first < rows.length; first += together) {
      int begin = first;
      int count = Math.min(tiles.length, (rows.length - first + tileRows - 1) / tileRows);
      workers.each(count, (worker, i) -> tile(worker, tiles[i], begin + i * tileRows, rows));
      workers.each(
          blockBias.length, (worker, block) -> addGradients(worker, block, count, begin == 0));
      for (int i = 0; i < count; i++) {
        totals.add(tiles[i].sums);
      }
    }
    errorSum = totals.error();
    double penalty = 0;
    for (int j = 0; j < values.length; j++) {
      penalty += (double) weights[j] * values[j];
    }
    return totals.sums(rows.length, 0, 0, sparsity * penalty);
  }

  private void tile(int worker, ReluTile tile, int first, float[][] rows) {
    Scratch own = scratch[worker];
    tile.clear(Math.min(tileRows, rows.length - first));
    for (int i = 0; i < tile.rows; i++) {
      float[] row = rows[first + i];
      Rows.subtract(own.centered, row, parameters.decoderBias());
      tile.inputs.set(i, shape.preBias() == PreBias.TIED ? own.centered : row);
      tile.sums.square += Rows.dot(own.centered, own.centered, own.products);
      Rows.add(tile.sums.centered, own.centered);
    }
    tile.features.setProductTransposed(tile.inputs, encoder);
    float[] bias = parameters.encoderBias()[0];
    for (int i = 0; i < tile.rows; i++) {
      tile.features.copy(i, own.features);
      activate(own.features, bias, tile.values, tile.fires);
      tile.features.set(i, own.features);
      tile.list(i, own.features);
    }
    tile.sums.active = IntStream.of(tile.fires).asLongStream().sum();
    float factor = -2f / rows.length;
    float pull = (float) (sparsity / rows.length);
    if (tile.sparse) {
      sparse(own, tile, first, rows, factor, pull);
    } else {
      dense(own, tile, first, rows, factor, pull);
    }
  }

  /** e and the entries' slopes row by row. */
  private void sparse(
      Scratch own, ReluTile tile, int first, float[][] rows, float factor, float pull) {
    for (int i = 0; i < tile.rows; i++) {
      Rows.subtract(own.error, rows[first + i], parameters.decoderBias());
      own.nativeError.set(0, own.error);
      for (int at = tile.starts[i]; at < tile.starts[i + 1]; at++) {
        own.decoderRows.add(tile.entryFeatures[at], -tile.entryValues[at], own.nativeError);
      }
      for (int at = tile.starts[i]; at < tile.starts[i + 1]; at++) {
        int feature = tile.entryFeatures[at];
        float slope =
            factor * own.decoderRows.dot(feature, own.nativeError) + pull * weights[feature];
        tile.entrySlopes[at] = slope;
        tile.slopes[feature] += slope;
      }
      own.nativeError.copy(0, own.error);
      count(own, tile, i);
    }
    tile.sortByFeature();
  }

  /** Takes up a row's e. */
  private static void count(Scratch own, ReluTile tile, int row) {
    tile.errors.set(row, own.error);
    tile.sums.squaredErrors[0] += Rows.dot(own.error, own.error, own.products);
    Rows.add(tile.sums.error, own.error);
  }

  private void dense(
      Scratch own, ReluTile tile, int first, float[][] rows, float factor, float pull) {
    tile.errors.setProduct(tile.features, decoder);
    for (int i = 0; i < tile.rows; i++) {
      tile.errors.copy(i, own.rebuilt);
      Rows.subtract(own.centered, rows[first + i], parameters.decoderBias());
      Rows.subtract(own.error, own.centered, own.rebuilt);
      count(own, tile, i);
    }
    tile.gradients.setProductTransposed(tile.errors, decoder);
    for (int i = 0; i < tile.rows; i++) {
      tile.gradients.copy(i, own.gradients);
      tile.features.copy(i, own.features);
      differentiate(own.gradients, own.features, factor, pull, weights, tile.slopes);
      tile.gradients.set(i, own.gradients);
    }
  }

  /** f = ReLU(h + b), with the sums of f and of 1[f > 0], without a branch. */
  private static void activate(float[] f, float[] bias, float[] sum, int[] fires) {
    for (int j = 0; j < f.length; j++) {
      f[j] = Math.max(f[j] + bias[j], 0);
    }
    for (int j = 0; j < f.length; j++) {
      sum[j] += f[j];
    }
    for (int j = 0; j < f.length; j++) {
      // The sign of −bits: bits of a float above zero are an integer above zero.
      fires[j] += -Float.floatToRawIntBits(f[j]) >>> 31;
    }
  }

  /** g = 1[f > 0]·(factor·g + pull·c), with the sum of it. */
  private static void differentiate(
      float[] g, float[] f, float factor, float pull, float[] weights, float[] sum) {
    for (int j = 0; j < g.length; j++) {
      g[j] = Math.min(f[j] * HUGE, 1) * (factor * g[j] + pull * weights[j]);
    }
    for (int j = 0; j < g.length; j++) {
      sum[j] += g[j];
    }
  }

  private void addGradients(int worker, int block, int count, boolean first) {
    int from = block * BLOCK;
    int to = Math.min(shape.dSae(), from + BLOCK);
    if (first) {
      encoderGradient.clear(from, to);
      decoderGradient.clear(from, to);
    }
    for (int i = 0; i < count; i++) {
      ReluTile tile = tiles[i];
      if (tile.sparse) {
        scratch[worker].addEntries(tile, from, to);
      } else {
        encoderGradient.addTransposedProduct(tile.gradients, tile.inputs, tile.rows, from, to);
        decoderGradient.addTransposedProduct(tile.features, tile.errors, tile.rows, from, to);
      }
      for (int j = from; j < to; j++) {
        fires[j] += tile.fires[j];
        values[j] += tile.values[j];
        slopes[j] += tile.slopes[j];
      }
    }
  }

  @Override
  public void backward(StepSums sums, double learningRate) {
    float factor = -2f / sums.rows();
    float pull = (float) (sparsity / sums.rows());
    rule.begin(learningRate);
    workers.each(blockBias.length, (worker, block) -> step(worker, block, factor, pull));
    float[] decoderBias = errorSum;
    Rows.scale(decoderBias, factor);
    if (shape.preBias() == PreBias.TIED) {
      for (float[] part : blockBias) {
        Rows.add(decoderBias, -1, part);
      }
    }
    rule.step(Parameter.B_ENC, 0, parameters.encoderBias()[0], slopes);
    rule.step(Parameter.B_DEC, 0, parameters.decoderBias(), decoderBias);
    window.add(sums.rows(), feature -> fires[feature] > 0);
  }

  private void step(int worker, int block, float factor, float pull) {
    Scratch own = scratch[worker];
    Arrays.fill(blockBias[block], 0);
    int end = Math.min(shape.dSae(), (block + 1) * BLOCK);
    for (int feature = block * BLOCK; feature < end; feature++) {
      float[] encoderRow = parameters.encoder()[feature];
      float[] decoderRow = parameters.decoder()[feature];
      Rows.add(blockBias[block], slopes[feature], encoderRow);
      encoderGradient.copy(feature, own.encoder);
      decoderGradient.copy(feature, own.decoder);
      Rows.scale(own.decoder, factor);
      if (shape.penalty() == Penalty.BY_DECODER_NORMS && weights[feature] > 0) {
        // ∂‖w‖/∂w = w/‖w‖
        Rows.add(own.decoder, pull * values[feature] / weights[feature], decoderRow);
      }
      if (shape.decoderNorm() == DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT) {
        Rows.add(own.decoder, -Rows.dot(own.decoder, decoderRow, own.products), decoderRow);
      }
      rule.step(Parameter.W_DEC, feature, decoderRow, own.decoder);
      rule.step(Parameter.W_ENC, feature, encoderRow, own.encoder);
      if (shape.decoderNorm() != DecoderNorm.FREE) {
        Rows.normalize(decoderRow, own.products);
      }
      load(feature, own);
    }
  }

  @Override
  public void close() {
    for (ReluTile tile : tiles) {
      tile.close();
    }
    for (Scratch own : scratch) {
      own.nativeError.close();
    }
    encoder.close();
    decoder.close();
    encoderGradient.close();
    decoderGradient.close();
  }

  /** A worker's own. */
  private final class Scratch {
    private final float[] centered;
    private final float[] rebuilt;
    private final float[] error;
    private final float[] encoder;
    private final float[] decoder;
    private final float[] products;
    private final float[] features;
    private final float[] gradients;
    private final NativeFloats nativeError = new NativeFloats(1, shape.dIn());
    private final NativeFloats.Cursor decoderRows = ReluStep.this.decoder.cursor();
    private final NativeFloats.Cursor encoderSums = encoderGradient.cursor();
    private final NativeFloats.Cursor decoderSums = decoderGradient.cursor();

    Scratch() {
      centered = new float[shape.dIn()];
      rebuilt = new float[shape.dIn()];
      error = new float[shape.dIn()];
      encoder = new float[shape.dIn()];
      decoder = new float[shape.dIn()];
      products = new float[shape.dIn()];
      features = new float[shape.dSae()];
      gradients = new float[shape.dSae()];
    }

    /** The share of a tile's entries in the gradients of some features' rows. */
    void addEntries(ReluTile tile, int from, int to) {
      NativeFloats.Cursor inputs = tile.inputs.cursor();
      NativeFloats.Cursor errors = tile.errors.cursor();
      for (int feature = from; feature < to; feature++) {
        for (int at = tile.featureStarts[feature]; at < tile.featureStarts[feature + 1]; at++) {
          int row = tile.rowsByFeature[at];
          inputs.add(row, tile.slopesByFeature[at], encoderSums, feature);
          errors.add(row, tile.valuesByFeature[at], decoderSums, feature);
        }
      }
    }
  }
}
