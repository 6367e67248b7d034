package dev.microtome.sae.training;

import dev.microtome.linalg.NativeFloats;
import dev.microtome.sae.PreBias;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * One step of an autoencoder or transcoder whose features are all that their {@link Gates} open:
 * ReLU with an L1 penalty, JumpReLU, Gated. Loss: ⟨‖t − y‖²⟩ and the gates' part. Of a new one half
 * of the features fire on a row: gradients are products of dense matrices, formed for a few tiles
 * of rows at a time and summed up at once, so that neither the features nor their gradients of a
 * whole batch are ever in memory. In tiles where few fire, the encoder's product is the only dense
 * one: the rest touches what fires alone.
 *
 * <ol>
 *   <li>Tiles of rows, each a worker's: h = x·W_enc, f, y, e = t − y and ∂L/∂h, while they are in
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

  private final TopKShape shape;
  private final TopKParameters parameters;
  private final RowRule rule;
  private final Workers workers;
  private final FiringWindow window;
  private final Gates gates;
  private final NativeFloats encoder;
  private final NativeFloats decoder;
  private final NativeFloats encoderGradient;
  private final NativeFloats decoderGradient;
  private final ReluTile[] tiles;
  private final Scratch[] scratch;
  private final int tileRows;
  private final int[] fires;
  private final float[] slopes;
  private final float[][] blockBias;
  private final Skip skip;
  private float[] errorSum;

  ReluStep(TopKShape shape, TopKParameters parameters, RowRule rule, Workers workers) {
    this.shape = shape;
    this.parameters = parameters;
    this.rule = rule;
    this.workers = workers;
    int features = shape.dSae();
    tileRows = tileRows(features);
    window = new FiringWindow(features, shape.deadAfterTokens());
    gates = Gates.of(shape, parameters);
    encoder = new NativeFloats(features, shape.dIn());
    decoder = new NativeFloats(features, shape.dOut());
    encoderGradient = new NativeFloats(features, shape.dIn());
    decoderGradient = new NativeFloats(features, shape.dOut());
    tiles = new ReluTile[2 * workers.threads()];
    Arrays.setAll(tiles, i -> gates.tile(tileRows));
    scratch = new Scratch[workers.threads()];
    Arrays.setAll(scratch, i -> new Scratch());
    fires = new int[features];
    slopes = new float[features];
    blockBias = new float[(features + BLOCK - 1) / BLOCK][shape.dIn()];
    skip = new Skip(shape, parameters, tiles.length, tileRows);
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
    gates.load();
    skip.load();
  }

  private void load(int feature, Scratch own) {
    encoder.set(feature, parameters.encoder()[feature]);
    decoder.set(feature, parameters.decoder()[feature]);
    gates.load(feature, own.products);
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
  public StepSums forward(float[][] rows, double sparsity) {
    gates.begin(rows.length, sparsity);
    Arrays.fill(fires, 0);
    Arrays.fill(slopes, 0);
    Totals totals = new Totals(shape.dOut(), 1);
    long active = 0;
    int together = tiles.length * tileRows;
    for (int first = 0; first < rows.length; first += together) {
      int begin = first;
      int count = Math.min(tiles.length, (rows.length - first + tileRows - 1) / tileRows);
      workers.each(count, (worker, i) -> tile(worker, i, begin + i * tileRows, rows));
      workers.each(
          blockBias.length + skip.blocks(),
          (worker, block) -> addGradients(worker, block, count, begin == 0));
      for (int i = 0; i < count; i++) {
        totals.add(tiles[i].sums);
        active += tiles[i].sums.active;
      }
    }
    errorSum = totals.error();
    return totals.sums(rows.length, 0, 1, gates.penalty(active));
  }

  @Override
  public double[] losses(float[][] rows, double sparsity) {
    double[] losses = new double[rows.length];
    gates.begin(rows.length, sparsity);
    int count = (rows.length + tileRows - 1) / tileRows;
    for (int first = 0; first < count; first += tiles.length) {
      int begin = first;
      workers.each(
          Math.min(tiles.length, count - first),
          (worker, i) -> losses(worker, i, (begin + i) * tileRows, rows, losses));
    }
    return losses;
  }

  private void losses(int worker, int index, int first, float[][] rows, double[] losses) {
    tile(worker, index, first, rows);
    Scratch own = scratch[worker];
    ReluTile tile = tiles[index];
    for (int i = 0; i < tile.rows; i++) {
      tile.errors.copy(i, own.error);
      tile.features.copy(i, own.features);
      losses[first + i] =
          Rows.dot(own.error, own.error, own.products)
              + gates.sparsity * gates.penalty(own.features);
    }
  }

  private void tile(int worker, int index, int first, float[][] rows) {
    Scratch own = scratch[worker];
    ReluTile tile = tiles[index];
    tile.clear(Math.min(tileRows, rows.length - first));
    for (int i = 0; i < tile.rows; i++) {
      float[] row = rows[first + i];
      Rows.subtract(own.centered, own.target(row), parameters.decoderBias());
      tile.inputs.set(i, shape.preBias() == PreBias.TIED ? own.centered : own.input(row));
      tile.sums.square += Rows.dot(own.centered, own.centered, own.products);
      Rows.add(tile.sums.centered, own.centered);
    }
    skip.map(index, tile.inputs);
    tile.features.setProductTransposed(tile.inputs, encoder);
    for (int i = 0; i < tile.rows; i++) {
      tile.features.copy(i, own.features);
      tile.open(i, own.features);
      tile.features.set(i, own.features);
    }
    tile.sums.active = IntStream.of(tile.fires).asLongStream().sum();
    if (tile.sparse) {
      sparse(own, index, first, rows);
    } else {
      dense(own, index, first, rows);
    }
  }

  /** What features have to rebuild of a row. */
  private void leave(Scratch own, int index, int i, float[] row) {
    Rows.subtract(own.centered, own.target(row), parameters.decoderBias());
    skip.takeFrom(own.centered, index, i, own.rebuilt);
  }

  /** e and the entries' slopes row by row. */
  private void sparse(Scratch own, int index, int first, float[][] rows) {
    ReluTile tile = tiles[index];
    for (int i = 0; i < tile.rows; i++) {
      leave(own, index, i, rows[first + i]);
      own.remainder.set(own.centered);
      for (int at = tile.starts[i]; at < tile.starts[i + 1]; at++) {
        own.remainder.subtract(tile.entryFeatures[at], tile.entryValues[at]);
      }
      own.remainder.copy(own.error);
      count(own, tile, i);
      tile.answer(i, own.remainder);
    }
    tile.sortByFeature();
  }

  /** Takes up a row's e. */
  private static void count(Scratch own, ReluTile tile, int row) {
    tile.errors.set(row, own.error);
    tile.sums.squaredErrors[0] += Rows.dot(own.error, own.error, own.products);
    Rows.add(tile.sums.error, own.error);
  }

  private void dense(Scratch own, int index, int first, float[][] rows) {
    ReluTile tile = tiles[index];
    tile.errors.setProduct(tile.features, decoder);
    for (int i = 0; i < tile.rows; i++) {
      leave(own, index, i, rows[first + i]);
      tile.errors.copy(i, own.rebuilt);
      Rows.subtract(own.error, own.centered, own.rebuilt);
      count(own, tile, i);
    }
    tile.gradients.setProductTransposed(tile.errors, decoder);
    tile.rebuild(decoder, own.products);
    for (int i = 0; i < tile.rows; i++) {
      tile.gradients.copy(i, own.gradients);
      tile.features.copy(i, own.features);
      tile.answer(i, own.features, own.gradients);
      tile.gradients.set(i, own.gradients);
    }
  }

  private void addGradients(int worker, int block, int count, boolean first) {
    if (block >= blockBias.length) {
      addSkip(block - blockBias.length, count, first);
      return;
    }
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
      Gates.add(fires, tile.fires, from, to);
      Gates.add(slopes, tile.slopes, from, to);
      tile.addTo(from, to);
    }
  }

  private void addSkip(int block, int count, boolean first) {
    if (first) {
      skip.clear(block);
    }
    for (int i = 0; i < count; i++) {
      skip.add(block, tiles[i].errors, tiles[i].inputs, tiles[i].rows);
    }
  }

  @Override
  public void backward(StepSums sums, double learningRate) {
    rule.begin(learningRate);
    workers.each(blockBias.length, this::step);
    float[] decoderBias = errorSum;
    Rows.scale(decoderBias, gates.factor);
    if (shape.preBias() == PreBias.TIED) {
      for (float[] part : blockBias) {
        Rows.add(decoderBias, -1, part);
      }
    }
    gates.step(rule, slopes);
    rule.step(Parameter.B_DEC, 0, parameters.decoderBias(), decoderBias);
    skip.step(rule, gates.factor);
    window.add(sums.rows(), feature -> fires[feature] > 0);
  }

  private void step(int worker, int block) {
    Scratch own = scratch[worker];
    Arrays.fill(blockBias[block], 0);
    int end = Math.min(shape.dSae(), (block + 1) * BLOCK);
    for (int feature = block * BLOCK; feature < end; feature++) {
      float[] encoderRow = parameters.encoder()[feature];
      float[] decoderRow = parameters.decoder()[feature];
      Rows.add(blockBias[block], slopes[feature], encoderRow);
      encoderGradient.copy(feature, own.encoder);
      decoderGradient.copy(feature, own.decoder);
      Rows.scale(own.decoder, gates.factor);
      gates.finish(feature, own.decoder, errorSum, own.products);
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
      own.remainder.close();
    }
    skip.close();
    encoder.close();
    decoder.close();
    encoderGradient.close();
    decoderGradient.close();
  }

  /** A worker's own. */
  private final class Scratch {
    private final float[] centered = new float[shape.dOut()];
    private final float[] rebuilt = new float[shape.dOut()];
    private final float[] error = new float[shape.dOut()];
    private final float[] encoder = new float[shape.dIn()];
    private final float[] decoder = new float[shape.dOut()];
    private final float[] products = new float[Math.max(shape.dIn(), shape.dOut())];
    private final float[] features = new float[shape.dSae()];
    private final float[] gradients = new float[shape.dSae()];
    private final float[] input = new float[shape.transcodes() ? shape.dIn() : 0];
    private final float[] target = new float[shape.transcodes() ? shape.dOut() : 0];
    private final Remainder remainder = new Remainder(ReluStep.this.decoder, shape.dOut());
    private final NativeFloats.Cursor encoderSums = encoderGradient.cursor();
    private final NativeFloats.Cursor decoderSums = decoderGradient.cursor();

    /** What is encoded of a row. */
    float[] input(float[] row) {
      if (!shape.transcodes()) {
        return row;
      }
      System.arraycopy(row, 0, input, 0, input.length);
      return input;
    }

    /** What is rebuilt of a row. */
    float[] target(float[] row) {
      if (!shape.transcodes()) {
        return row;
      }
      System.arraycopy(row, shape.dIn(), target, 0, target.length);
      return target;
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
