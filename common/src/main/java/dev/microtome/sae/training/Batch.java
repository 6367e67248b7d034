package dev.microtome.sae.training;

/** What a step keeps of a batch between its sweeps. */
final class Batch {
  final float[][] centered;
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

  private final int width;

  Batch(int rows, int tileCount, TopKShape shape) {
    width = shape.dIn();
    centered = new float[rows][width];
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

  /** Sets which features are dead, and makes room for what they give. */
  void auxiliary(TopKShape shape, int[] deadFeatures) {
    dead = shape.auxiliaryWeight() > 0 ? deadFeatures : new int[0];
    auxiliaryScale =
        shape.lossUnit() == LossUnit.VARIANCE
            ? Math.min(1, (double) dead.length / shape.auxiliaryK())
            : 1;
    if (dead.length > 0 && deadCodes == null) {
      deadCodes = SparseCodes.ofRows(codes.rows(), shape.auxiliaryK());
      deadError = new float[codes.rows()][width];
      deadSlopes = new float[deadCodes.indices().length];
    }
  }

  /** The tiles' sums. */
  Totals totals() {
    Totals totals = new Totals(width, error.length);
    for (Tile tile : tiles) {
      totals.add(tile);
    }
    return totals;
  }
}
