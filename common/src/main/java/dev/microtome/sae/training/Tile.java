package dev.microtome.sae.training;

import java.util.Arrays;

/**
 * Sums over a tile's rows: those over features of a row and over rows in float32, of at most 256
 * rows; those of scalars in float64.
 */
final class Tile {
  final float[] centered;
  final float[] error;
  double square;
  final double[] squaredErrors;
  double auxiliaryError;
  long active;

  Tile(int width, int levels) {
    centered = new float[width];
    error = new float[width];
    squaredErrors = new double[levels];
  }

  void clear() {
    Arrays.fill(centered, 0);
    Arrays.fill(error, 0);
    square = 0;
    Arrays.fill(squaredErrors, 0);
    auxiliaryError = 0;
    active = 0;
  }
}
