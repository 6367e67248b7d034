package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;
import dev.microtome.sae.PreBias;
import java.util.Arrays;

/**
 * One step of a TopK sparse autoencoder or its kin in sweeps, none of which forms a matrix of rows
 * × features of gradients. Letters: x what is encoded of a row, x − b_dec with a tied bias, t what
 * is rebuilt, b = b_dec, a the kept values, e = t − b − W_decᵀa, without W_skip·x where there is
 * such a map.
 *
 * <ol>
 *   <li>Tiles of rows: the encoder's product for a tile, and while it is in the cache (up to some
 *       8,192 features), row by row what may be among the largest ({@link Selector}).
 *   <li>Tiles of rows: e, and the slopes e·W_dec[i] of the features kept.
 *   <li>The entries sorted by feature.
 *   <li>Blocks of features, for the decoder and then for the encoder: a feature's gradient is a sum
 *       of a few rows (of e, or of x), made and used by the optimiser while it is in the nearest
 *       cache: it is never stored. One after the other, so that the rows of one matrix at a time
 *       have to stay in the outer cache.
 * </ol>
 *
 * <p>Loss: (Σ‖e‖² + α·s·Σ‖e′‖²)/{@link LossUnit}. The second term is AuxK (Gao et al. 2024): e′ = e
 * − W_decᵀa′ with a′ the positive ones of the k_aux largest pre-activations of dead features, e
 * held fixed, s = min(1, dead/k_aux) or 1. A value that ReLU has cut has no gradient. With several
 * widths (Matryoshka) the first term has an e for each, of the features below it; a feature's
 * slopes and gradients are by the sum of those that it is in.
 *
 * <p>Tiles and blocks are cut by sizes alone and their sums are added in order, so that the bits do
 * not hang on the number of threads.
 */
final class TopKStep implements StepArithmetic {
  /**
   * OpenBLAS packs the whole encoder for every tile: with 16,384 features a step on tiles of 256
   * rows was 1.4 times as fast as on tiles of 64 that stay in the cache, and on 512 no faster.
   */
  private static final int TILE_BYTES = 32 << 20;

  private static final int LONGEST_TILE = 256;
  private static final int SHORTEST_TILE = 32;
  private static final int BLOCK = 32;

  private final TopKShape shape;
  private final TopKParameters parameters;
  private final RowRule rule;
  private final Workers workers;
  private final EncoderProduct product;
  private final NativeFloats nativeDecoder;
  private final Scratch[] scratch;
  private final Selector selector;
  private final int[] widths;
  private final int tileRows;
  private final FiringWindow window;
  private final float[][] blockBias;
  private final float[] encoderBias;
  private final Skip skip;
  private final ByFeature byFeature;
  private final ByFeature byDead;
  private Batch batch;

  TopKStep(TopKShape shape, TopKParameters parameters, RowRule rule, Workers workers) {
    this.shape = shape;
    this.parameters = parameters;
    this.rule = rule;
    this.workers = workers;
    int features = shape.dSae();
    tileRows = tileRows(features);
    product = new EncoderProduct(shape.dIn(), features, tileRows, workers.threads());
    scratch = new Scratch[workers.threads()];
    nativeDecoder = new NativeFloats(features, shape.dOut());
    for (int i = 0; i < scratch.length; i++) {
      scratch[i] = new Scratch(shape, nativeDecoder);
    }
    selector =
        shape.selection() == Selection.ROW
            ? new RowSelector((int) shape.k(), features, workers.threads())
            : new BatchSelector(shape.k(), features, workers.threads());
    widths = shape.widths().stream().mapToInt(Integer::intValue).toArray();
    window = new FiringWindow(features, shape.deadAfterTokens());
    blockBias = new float[parts(features, BLOCK)][shape.dIn()];
    encoderBias = new float[features];
    skip = new Skip(shape, parameters, scratch.length, tileRows);
    byFeature = new ByFeature(features);
    byDead = new ByFeature(features);
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
      load(i);
    }
    skip.load();
  }

  private void load(int feature) {
    product.setEncoder(feature, parameters.encoder()[feature]);
    nativeDecoder.set(feature, parameters.decoder()[feature]);
  }

  private static int parts(int whole, int part) {
    return (whole + part - 1) / part;
  }

  @Override
  public FiringWindow window() {
    return window;
  }

  @Override
  public double[] losses(float[][] rows, double sparsity) {
    throw new IllegalStateException("%s has no losses of rows".formatted(shape.selection()));
  }

  @Override
  public SparseCodes codes() {
    return batch.codes;
  }

  /** The same without a penalty: there is none. */
  StepSums forward(float[][] rows) {
    return forward(rows, 0);
  }

  @Override
  public StepSums forward(float[][] rows, double sparsity) {
    if (batch == null || batch.codes.rows() != rows.length) {
      batch = new Batch(rows.length, parts(rows.length, tileRows), shape);
    }
    batch.auxiliary(window.dead());
    selector.begin(batch.codes);
    workers.each(batch.tiles.length, (worker, tile) -> encode(worker, tile, rows));
    selector.finish();
    workers.each(batch.tiles.length, (worker, tile) -> decode(worker, tile));
    return batch.totals().sums(rows.length, batch.dead.length, batch.auxiliaryScale, 0);
  }

  private void encode(int worker, int tile, float[][] rows) {
    Scratch own = scratch[worker];
    Tile sums = batch.tiles[tile];
    sums.clear();
    int first = tile * tileRows;
    int end = Math.min(first + tileRows, rows.length);
    boolean tied = shape.preBias() == PreBias.TIED;
    for (int row = first; row < end; row++) {
      batch.take(row, rows[row], parameters.decoderBias());
      float[] centered = batch.centered[row];
      float[] input = batch.inputs[row];
      product.setInput(worker, row - first, input);
      float square = Rows.dot(centered, centered, own.products);
      batch.norms[row] = (float) Math.sqrt(tied ? square : Rows.dot(input, input, own.products));
      sums.square += square;
      Rows.add(sums.centered, centered);
    }
    product.run(worker);
    skip.map(worker, product.inputs(worker));
    float[] bias = parameters.encoderBias();
    for (int row = first; row < end; row++) {
      skip.takeFrom(batch.left[row], worker, row - first, own.decoder);
      product.output(worker, row - first, own.row);
      selector.add(worker, row, own.row, bias, batch.norms[row]);
      if (batch.dead.length > 0) {
        SparseCodes dead = batch.deadCodes;
        int count =
            own.topDead.selectAmong(
                own.row,
                bias,
                batch.dead,
                batch.dead.length,
                dead.indices(),
                dead.values(),
                dead.from(row));
        dead.close(row, count);
      }
    }
  }

  private void decode(int worker, int tile) {
    Scratch own = scratch[worker];
    Tile sums = batch.tiles[tile];
    int first = tile * tileRows;
    int end = Math.min(first + tileRows, batch.codes.rows());
    for (int row = first; row < end; row++) {
      reconstruct(row, own, sums);
      if (batch.dead.length > 0) {
        reconstructError(row, own, sums);
      }
      answerFor(row, own);
      Rows.add(sums.error, batch.error[0][row]);
    }
  }

  /** e of each width. */
  private void reconstruct(int row, Scratch own, Tile sums) {
    SparseCodes codes = batch.codes;
    int to = codes.to(row);
    int at = codes.from(row);
    own.remainder.set(batch.left[row]);
    for (int level = 0; level < widths.length; level++) {
      int end = end(codes, at, to, widths[level]);
      for (int i = at; i < end; i++) {
        own.remainder.subtract(codes.indices()[i], codes.values()[i]);
      }
      float[] error = batch.error[level][row];
      own.remainder.copy(error);
      sums.squaredErrors[level] += Rows.dot(error, error, own.products);
      at = end;
    }
    sums.active += codes.count(row);
  }

  /** Where the entries of features below a width end. */
  private static int end(SparseCodes codes, int from, int to, int width) {
    int end = from;
    while (end < to && codes.indices()[end] < width) {
      end++;
    }
    return end;
  }

  /** The slopes of the kept features: of each by the errors of all widths that it is in. */
  private void answerFor(int row, Scratch own) {
    SparseCodes codes = batch.codes;
    int to = codes.to(row);
    for (int level = widths.length - 1; level >= 0; level--) {
      float[] error = batch.error[level][row];
      if (level < widths.length - 1) {
        Rows.add(error, batch.error[level + 1][row]);
        own.remainder.set(error);
      }
      int from = level == 0 ? codes.from(row) : end(codes, codes.from(row), to, widths[level - 1]);
      for (int i = from; i < to; i++) {
        batch.slopes[i] = own.remainder.dot(codes.indices()[i]);
      }
      to = from;
    }
  }

  /** AuxK: what the dead features leave of e. */
  private void reconstructError(int row, Scratch own, Tile sums) {
    SparseCodes codes = batch.deadCodes;
    int at = codes.from(row);
    int count = codes.count(row);
    float[] error = batch.deadError[row];
    float[][] rows = parameters.decoder();
    System.arraycopy(batch.error[widths.length - 1][row], 0, error, 0, error.length);
    for (int i = at; i < at + count; i++) {
      Rows.add(error, -codes.values()[i], rows[codes.indices()[i]]);
    }
    for (int i = at; i < at + count; i++) {
      batch.deadSlopes[i] = Rows.dot(error, rows[codes.indices()[i]], own.products);
    }
    sums.auxiliaryError += Rows.dot(error, error, own.products);
  }

  @Override
  public void backward(StepSums sums, double learningRate) {
    int rows = batch.codes.rows();
    float factor = (float) (-2 / sums.divisor(shape.lossUnit()));
    byFeature.sort(batch.codes, rows, batch.slopes, factor);
    boolean auxiliary = batch.dead.length > 0;
    if (auxiliary) {
      byDead.sort(
          batch.deadCodes,
          rows,
          batch.deadSlopes,
          (float) (shape.auxiliaryWeight() * batch.auxiliaryScale) * factor);
    }
    rule.begin(learningRate);
    workers.each(blockBias.length, (worker, block) -> decoders(worker, block, auxiliary));
    workers.each(blockBias.length, (worker, block) -> encoders(worker, block, auxiliary));
    float[] decoderBias = batch.totals().error();
    Rows.scale(decoderBias, factor);
    if (shape.preBias() == PreBias.TIED) {
      for (float[] part : blockBias) {
        Rows.add(decoderBias, -1, part);
      }
    }
    rule.step(Parameter.B_ENC, 0, parameters.encoderBias(), encoderBias);
    rule.step(Parameter.B_DEC, 0, parameters.decoderBias(), decoderBias);
    // By the errors of all widths added up, which are those of level 0.
    skip.setGradient(batch.error[0], batch.inputs, workers);
    skip.step(rule, factor);
    window.add(rows, feature -> byFeature.has(feature));
  }

  private boolean isTouched(int feature, boolean auxiliary) {
    return byFeature.has(feature) || (auxiliary && byDead.has(feature));
  }

  private void decoders(int worker, int block, boolean auxiliary) {
    Scratch own = scratch[worker];
    int end = Math.min(shape.dSae(), (block + 1) * BLOCK);
    for (int feature = block * BLOCK; feature < end; feature++) {
      float[] decoder = parameters.decoder()[feature];
      if (isTouched(feature, auxiliary)) {
        Arrays.fill(own.decoder, 0);
        byFeature.addActivations(feature, batch.error[level(feature)], own.decoder);
        if (auxiliary) {
          byDead.addActivations(feature, batch.deadError, own.decoder);
        }
        if (shape.decoderNorm() == DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT) {
          Rows.add(own.decoder, -Rows.dot(own.decoder, decoder, own.products), decoder);
        }
        rule.step(Parameter.W_DEC, feature, decoder, own.decoder);
      } else {
        rule.coast(Parameter.W_DEC, feature, decoder);
      }
      if (shape.decoderNorm() != DecoderNorm.FREE) {
        Rows.normalize(decoder, own.products);
      }
      nativeDecoder.set(feature, decoder);
    }
  }

  private void encoders(int worker, int block, boolean auxiliary) {
    Scratch own = scratch[worker];
    Arrays.fill(blockBias[block], 0);
    int end = Math.min(shape.dSae(), (block + 1) * BLOCK);
    for (int feature = block * BLOCK; feature < end; feature++) {
      float[] encoder = parameters.encoder()[feature];
      encoderBias[feature] = 0;
      if (isTouched(feature, auxiliary)) {
        Arrays.fill(own.encoder, 0);
        float slope = byFeature.addGradients(feature, batch.inputs, own.encoder);
        if (auxiliary) {
          slope += byDead.addGradients(feature, batch.inputs, own.encoder);
        }
        encoderBias[feature] = slope;
        Rows.add(blockBias[block], slope, encoder);
        rule.step(Parameter.W_ENC, feature, encoder, own.encoder);
      } else {
        rule.coast(Parameter.W_ENC, feature, encoder);
      }
      product.setEncoder(feature, encoder);
    }
  }

  /** The smallest width that a feature is in. */
  private int level(int feature) {
    int level = 0;
    while (feature >= widths[level]) {
      level++;
    }
    return level;
  }

  @Override
  public void close() {
    product.close();
    nativeDecoder.close();
    skip.close();
    for (Scratch own : scratch) {
      own.remainder.close();
    }
  }

  /** A worker's own. */
  private static final class Scratch {
    private final float[] row;
    private final float[] products;
    private final float[] encoder;
    private final float[] decoder;
    private final TopK topDead;
    private final Remainder remainder;

    Scratch(TopKShape shape, NativeFloats weights) {
      row = new float[shape.dSae()];
      products = new float[Math.max(shape.dIn(), shape.dOut())];
      encoder = new float[shape.dIn()];
      decoder = new float[shape.dOut()];
      topDead = new TopK(shape.auxiliaryK(), shape.dSae());
      remainder = new Remainder(weights, shape.dOut());
    }
  }
}
