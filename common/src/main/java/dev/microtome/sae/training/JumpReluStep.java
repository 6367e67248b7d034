package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;
import dev.microtome.sae.PreBias;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One step of a JumpReLU autoencoder with a penalty of L0: ⟨‖x − x̂‖²⟩ + λ⟨L0⟩, thresholds by the
 * estimate of Rajamanoharan et al. 2024. Sweeps, tiles and blocks are those of {@link ReluStep}; so
 * is what is done where few features are open.
 *
 * <p>With θ the threshold, ε the bandwidth, W the entries with |h − θ| < ε/2 and n rows: ∂L/∂ln θ =
 * −(θ/ε)·(θ·Σ_W ∂L/∂f + |W|·λ/n). The sums are over the open features within W and over a list of
 * the few others ({@link JumpReluTile}).
 */
final class JumpReluStep implements StepArithmetic {
  private static final int BLOCK = 256;

  /** Makes a quotient of any feature above 1e-38, and 0 of 0. */
  private static final float HUGE = 1e38f;

  private final TopKShape shape;
  private final TopKParameters parameters;
  private final RowRule rule;
  private final Workers workers;
  private final FiringWindow window;
  private final Thresholds thresholds;
  private final NativeFloats encoder;
  private final NativeFloats decoder;
  private final NativeFloats encoderGradient;
  private final NativeFloats decoderGradient;
  private final JumpReluTile[] tiles;
  private final Scratch[] scratch;
  private final int tileRows;
  private final int[] fires;
  private final int[] nearCounts;
  private final float[] nearSlopes;
  private final float[] slopes;
  private final float[] thresholdGradient;
  private final float[][] blockBias;
  private double sparsity;
  private float[] errorSum;

  JumpReluStep(TopKShape shape, TopKParameters parameters, RowRule rule, Workers workers) {
    this.shape = shape;
    this.parameters = parameters;
    this.rule = rule;
    this.workers = workers;
    int features = shape.dSae();
    tileRows = ReluStep.tileRows(features);
    window = new FiringWindow(features, shape.deadAfterTokens());
    thresholds = new Thresholds(features, shape.bandwidth());
    encoder = new NativeFloats(features, shape.dIn());
    decoder = new NativeFloats(features, shape.dIn());
    encoderGradient = new NativeFloats(features, shape.dIn());
    decoderGradient = new NativeFloats(features, shape.dIn());
    tiles = new JumpReluTile[2 * workers.threads()];
    Arrays.setAll(tiles, i -> new JumpReluTile(tileRows, shape));
    scratch = new Scratch[workers.threads()];
    Arrays.setAll(scratch, i -> new Scratch());
    fires = new int[features];
    nearCounts = new int[features];
    nearSlopes = new float[features];
    slopes = new float[features];
    thresholdGradient = new float[features];
    blockBias = new float[(features + BLOCK - 1) / BLOCK][shape.dIn()];
    load();
  }

  @Override
  public void load() {
    for (int i = 0; i < shape.dSae(); i++) {
      load(i);
    }
    thresholds.set(parameters.logThresholds());
  }

  private void load(int feature) {
    encoder.set(feature, parameters.encoder()[feature]);
    decoder.set(feature, parameters.decoder()[feature]);
  }

  @Override
  public FiringWindow window() {
    return window;
  }

  @Override
  public SparseCodes codes() {
    throw new IllegalStateException("features of a JumpReLU are not kept");
  }

  @Override
  public StepSums forward(float[][] rows, double newSparsity) {
    sparsity = newSparsity;
    Arrays.fill(fires, 0);
    Arrays.fill(nearCounts, 0);
    Arrays.fill(nearSlopes, 0);
    Arrays.fill(slopes, 0);
    Totals totals = new Totals(shape.dIn(), 1);
    long active = 0;
    int together = tiles.length * tileRows;
    for (int first = 0; first < rows.length; first += together) {
      int begin = first;
      int count = Math.min(tiles.length, (rows.length - first + tileRows - 1) / tileRows);
      workers.each(count, (worker, i) -> tile(worker, tiles[i], begin + i * tileRows, rows));
      workers.each(
          blockBias.length, (worker, block) -> addGradients(worker, block, count, begin == 0));
      for (int i = 0; i < count; i++) {
        totals.add(tiles[i].open.sums);
        active += tiles[i].open.sums.active;
      }
    }
    errorSum = totals.error();
    return totals.sums(rows.length, 0, 0, sparsity * active);
  }

  private void tile(int worker, JumpReluTile tile, int first, float[][] rows) {
    Scratch own = scratch[worker];
    ReluTile open = tile.open;
    tile.clear(Math.min(tileRows, rows.length - first));
    for (int i = 0; i < open.rows; i++) {
      float[] row = rows[first + i];
      Rows.subtract(own.centered, row, parameters.decoderBias());
      open.inputs.set(i, shape.preBias() == PreBias.TIED ? own.centered : row);
      open.sums.square += Rows.dot(own.centered, own.centered, own.products);
      Rows.add(open.sums.centered, own.centered);
    }
    open.features.setProductTransposed(open.inputs, encoder);
    float[] bias = parameters.encoderBias()[0];
    for (int i = 0; i < open.rows; i++) {
      open.features.copy(i, own.features);
      rectify(own.features, bias);
      tile.listBelow(i, own.features, thresholds);
      jump(own.features, thresholds.values(), open.fires);
      open.features.set(i, own.features);
      open.list(i, own.features);
    }
    open.sums.active = IntStream.of(open.fires).asLongStream().sum();
    float factor = -2f / rows.length;
    if (open.sparse) {
      sparse(own, tile, first, rows, factor);
    } else {
      dense(own, tile, first, rows, factor);
    }
  }

  private static void rectify(float[] h, float[] bias) {
    for (int j = 0; j < h.length; j++) {
      h[j] = Math.max(h[j] + bias[j], 0);
    }
  }

  /** f of h, with the sum of 1[f > 0]. */
  private static void jump(float[] h, float[] thresholds, int[] fires) {
    for (int j = 0; j < h.length; j++) {
      h[j] = h[j] > thresholds[j] ? h[j] : 0;
    }
    for (int j = 0; j < h.length; j++) {
      // The sign of −bits: bits of a float above zero are an integer above zero.
      fires[j] += -Float.floatToRawIntBits(h[j]) >>> 31;
    }
  }

  /** e and the entries' slopes row by row. */
  private void sparse(Scratch own, JumpReluTile tile, int first, float[][] rows, float factor) {
    ReluTile open = tile.open;
    for (int i = 0; i < open.rows; i++) {
      Rows.subtract(own.error, rows[first + i], parameters.decoderBias());
      own.nativeError.set(0, own.error);
      for (int at = open.starts[i]; at < open.starts[i + 1]; at++) {
        own.decoderRows.add(open.entryFeatures[at], -open.entryValues[at], own.nativeError);
      }
      for (int at = open.starts[i]; at < open.starts[i + 1]; at++) {
        int feature = open.entryFeatures[at];
        float slope = factor * own.decoderRows.dot(feature, own.nativeError);
        open.entrySlopes[at] = slope;
        open.slopes[feature] += slope;
        tile.countOpen(feature, open.entryValues[at], slope, thresholds);
      }
      for (int at = tile.belowStarts[i]; at < tile.belowStarts[i + 1]; at++) {
        int feature = tile.belowFeatures[at];
        tile.countBelow(feature, factor * own.decoderRows.dot(feature, own.nativeError));
      }
      own.nativeError.copy(0, own.error);
      count(own, open, i);
    }
    open.sortByFeature();
  }

  /** Takes up a row's e. */
  private static void count(Scratch own, ReluTile tile, int row) {
    tile.errors.set(row, own.error);
    tile.sums.squaredErrors[0] += Rows.dot(own.error, own.error, own.products);
    Rows.add(tile.sums.error, own.error);
  }

  private void dense(Scratch own, JumpReluTile tile, int first, float[][] rows, float factor) {
    ReluTile open = tile.open;
    open.errors.setProduct(open.features, decoder);
    for (int i = 0; i < open.rows; i++) {
      open.errors.copy(i, own.rebuilt);
      Rows.subtract(own.centered, rows[first + i], parameters.decoderBias());
      Rows.subtract(own.error, own.centered, own.rebuilt);
      count(own, open, i);
    }
    open.gradients.setProductTransposed(open.errors, decoder);
    for (int i = 0; i < open.rows; i++) {
      open.gradients.copy(i, own.gradients);
      open.features.copy(i, own.features);
      for (int at = tile.belowStarts[i]; at < tile.belowStarts[i + 1]; at++) {
        int feature = tile.belowFeatures[at];
        tile.countBelow(feature, factor * own.gradients[feature]);
      }
      differentiate(own.gradients, own.features, factor, open.slopes);
      for (int j = 0; j < own.features.length; j++) {
        if (own.features[j] > 0) {
          tile.countOpen(j, own.features[j], own.gradients[j], thresholds);
        }
      }
      open.gradients.set(i, own.gradients);
    }
  }

  /** g = 1[f > 0]·factor·g, with the sum of it. */
  private static void differentiate(float[] g, float[] f, float factor, float[] sum) {
    for (int j = 0; j < g.length; j++) {
      g[j] = Math.min(f[j] * HUGE, 1) * (factor * g[j]);
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
      ReluTile open = tiles[i].open;
      if (open.sparse) {
        scratch[worker].addEntries(open, from, to);
      } else {
        encoderGradient.addTransposedProduct(open.gradients, open.inputs, open.rows, from, to);
        decoderGradient.addTransposedProduct(open.features, open.errors, open.rows, from, to);
      }
      for (int j = from; j < to; j++) {
        fires[j] += open.fires[j];
        slopes[j] += open.slopes[j];
        nearCounts[j] += tiles[i].nearCounts[j];
        nearSlopes[j] += tiles[i].nearSlopes[j];
      }
    }
  }

  @Override
  public void backward(StepSums sums, double learningRate) {
    float factor = -2f / sums.rows();
    rule.begin(learningRate);
    workers.each(blockBias.length, (worker, block) -> step(worker, block, factor, sums.rows()));
    float[] decoderBias = errorSum;
    Rows.scale(decoderBias, factor);
    if (shape.preBias() == PreBias.TIED) {
      for (float[] part : blockBias) {
        Rows.add(decoderBias, -1, part);
      }
    }
    rule.step(Parameter.B_ENC, 0, parameters.encoderBias()[0], slopes);
    rule.step(Parameter.B_DEC, 0, parameters.decoderBias(), decoderBias);
    rule.step(Parameter.LOG_THRESHOLD, 0, parameters.logThresholds(), thresholdGradient);
    thresholds.set(parameters.logThresholds());
    window.add(sums.rows(), feature -> fires[feature] > 0);
  }

  private void step(int worker, int block, float factor, int rows) {
    Scratch own = scratch[worker];
    Arrays.fill(blockBias[block], 0);
    int end = Math.min(shape.dSae(), (block + 1) * BLOCK);
    for (int feature = block * BLOCK; feature < end; feature++) {
      float[] encoderRow = parameters.encoder()[feature];
      float[] decoderRow = parameters.decoder()[feature];
      Rows.add(blockBias[block], slopes[feature], encoderRow);
      thresholdGradient[feature] = thresholdGradient(feature, factor, rows, own);
      encoderGradient.copy(feature, own.encoder);
      decoderGradient.copy(feature, own.decoder);
      Rows.scale(own.decoder, factor);
      if (shape.decoderNorm() == DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT) {
        Rows.add(own.decoder, -Rows.dot(own.decoder, decoderRow, own.products), decoderRow);
      }
      rule.step(Parameter.W_DEC, feature, decoderRow, own.decoder);
      rule.step(Parameter.W_ENC, feature, encoderRow, own.encoder);
      if (shape.decoderNorm() != DecoderNorm.FREE) {
        Rows.normalize(decoderRow, own.products);
      }
      load(feature);
    }
  }

  /** ∂L/∂ln θ, with the decoder's row as it was in the pass forward. */
  private float thresholdGradient(int feature, float factor, int rows, Scratch own) {
    double slope = nearSlopes[feature];
    double count = nearCounts[feature];
    if (thresholds.isLow(feature)) {
      slope += factor * Rows.dot(errorSum, parameters.decoder()[feature], own.products);
      count += rows;
    }
    double threshold = thresholds.values()[feature];
    return (float) (-threshold / shape.bandwidth() * (threshold * slope + count * sparsity / rows));
  }

  @Override
  public void close() {
    for (JumpReluTile tile : tiles) {
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
    private final NativeFloats.Cursor decoderRows = JumpReluStep.this.decoder.cursor();
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
