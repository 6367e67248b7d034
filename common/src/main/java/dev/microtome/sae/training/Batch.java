package dev.microtome.sae.training;

import dev.microtome.sae.PreBias;

/** What a step keeps of a batch between its sweeps. */
final class Batch {
  /** What is rebuilt, without b_dec. */
  final float[][] centered;

  /** What is encoded: the same array as {@link #centered} where b_dec is subtracted from it. */
  final float[][] inputs;

  /** What is left to the features: the same array as {@link #centered} without a W_skip. */
  final float[][] left;

  final float[] norms;

  /**
   * By level and row: what the widths from this level on leave, added up. With one level, e. It is
   * what a feature of the level has to answer for.
   */
  final float[][][] error;

  final float[] slopes;
  final SparseCodes codes;
  final Tile[] tiles;
  int[] dead = new int[0];
  double auxiliaryScale;
  SparseCodes deadCodes;
  float[][] deadError;
  float[] deadSlopes;

  private final TopKShape shape;

  Batch(int rows, int tileCount, TopKShape shape) {
    this.shape = shape;
    int width = shape.dOut();
    centered = new float[rows][width];
    if (shape.preBias() == PreBias.TIED) {
      inputs = centered;
    } else {
      inputs = shape.transcodes() ? new float[rows][shape.dIn()] : new float[rows][];
    }
    left = shape.skips() ? new float[rows][width] : centered;
    norms = new float[rows];
    error = new float[shape.widths().size()][rows][width];
    codes =
        shape.selection() == Selection.ROW
            ? SparseCodes.ofRows(rows, (int) shape.k())
            : SparseCodes.ofBatch(rows, BatchSelector.kept(shape.k(), rows));
    slopes = new float[codes.indices().length];
    tiles = new Tile[tileCount];
    for (int i = 0; i < tileCount; i++) {
      tiles[i] = new Tile(width, error.length);
    }
  }

  /** Sets what is encoded and what is rebuilt of a row. */
  void take(int row, float[] source, float[] decoderBias) {
    if (shape.transcodes()) {
      System.arraycopy(source, 0, inputs[row], 0, shape.dIn());
      System.arraycopy(source, shape.dIn(), centered[row], 0, shape.dOut());
      Rows.add(centered[row], -1, decoderBias);
    } else {
      Rows.subtract(centered[row], source, decoderBias);
      if (shape.preBias() == PreBias.NONE) {
        inputs[row] = source;
      }
    }
    if (shape.skips()) {
      System.arraycopy(centered[row], 0, left[row], 0, shape.dOut());
    }
  }

  /** Sets which features are dead, and makes room for what they give. */
  void auxiliary(int[] deadFeatures) {
    dead = shape.auxiliaryWeight() > 0 ? deadFeatures : new int[0];
    auxiliaryScale =
        shape.lossUnit() == LossUnit.VARIANCE
            ? Math.min(1, (double) dead.length / shape.auxiliaryK())
            : 1;
    if (dead.length > 0 && deadCodes == null) {
      deadCodes = SparseCodes.ofRows(codes.rows(), shape.auxiliaryK());
      deadError = new float[codes.rows()][shape.dOut()];
      deadSlopes = new float[deadCodes.indices().length];
    }
  }

  /** The tiles' sums. */
  Totals totals() {
    Totals totals = new Totals(shape.dOut(), error.length);
    for (Tile tile : tiles) {
      totals.add(tile);
    }
    return totals;
  }
}
