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
  double squaredError;
  double auxiliaryError;
  long active;

  Tile(int width) {
    centered = new float[width];
    error = new float[width];
  }

  void clear() {
    Arrays.fill(centered, 0);
    Arrays.fill(error, 0);
    square = 0;
    squaredError = 0;
    auxiliaryError = 0;
    active = 0;
  }
}
