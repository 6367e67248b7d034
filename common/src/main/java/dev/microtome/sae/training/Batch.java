package dev.microtome.sae.training;

/** What a step keeps of a batch between its sweeps. */
final class Batch {
  final float[][] centered;
  final float[] norms;
  final float[][] error;
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
    error = new float[rows][width];
    codes = new SparseCodes(rows, shape.k());
    slopes = new float[codes.indices().length];
    tiles = new Tile[tileCount];
    for (int i = 0; i < tileCount; i++) {
      tiles[i] = new Tile(width);
    }
  }

  /** Sets which features are dead, and makes room for what they give. */
  void auxiliary(TopKShape shape, int[] deadFeatures) {
    dead = shape.auxiliaryWeight() > 0 ? deadFeatures : new int[0];
    auxiliaryScale = Math.min(1, (double) dead.length / shape.auxiliaryK());
    if (dead.length > 0 && deadCodes == null) {
      deadCodes = new SparseCodes(codes.rows(), shape.auxiliaryK());
      deadError = new float[codes.rows()][width];
      deadSlopes = new float[deadCodes.indices().length];
    }
  }

  /** The tiles' sums, added in order. */
  StepSums sums() {
    double square = 0;
    double squaredError = 0;
    double auxiliaryError = 0;
    long active = 0;
    double[] mean = new double[width];
    for (Tile tile : tiles) {
      square += tile.square;
      squaredError += tile.squaredError;
      auxiliaryError += tile.auxiliaryError;
      active += tile.active;
      for (int j = 0; j < width; j++) {
        mean[j] += tile.centered[j];
      }
    }
    double ofMean = 0;
    for (double sum : mean) {
      ofMean += sum * sum;
    }
    int rows = codes.rows();
    return new StepSums(
        rows,
        squaredError,
        square - ofMean / rows,
        auxiliaryScale * auxiliaryError,
        active,
        dead.length);
  }

  /** Σe over the rows. */
  float[] errorSum() {
    double[] sum = new double[width];
    for (Tile tile : tiles) {
      for (int j = 0; j < width; j++) {
        sum[j] += tile.error[j];
      }
    }
    float[] result = new float[width];
    for (int j = 0; j < width; j++) {
      result[j] = (float) sum[j];
    }
    return result;
  }
}
