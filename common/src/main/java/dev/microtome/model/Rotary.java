package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;

/**
 * The angles of a run's positions (Su et al. 2021).
 *
 * @param cos [position, 1, pair]
 * @param sin [position, 1, pair]
 */
record Rotary(Positions.Pairing pairing, NDArray cos, NDArray sin) {

  static Rotary of(NDManager manager, Positions.Rotary positions, int first, int count) {
    List<Double> frequencies = positions.inverseFrequencies();
    int pairs = frequencies.size();
    float[] cos = new float[count * pairs];
    float[] sin = new float[count * pairs];
    for (int position = 0; position < count; position++) {
      for (int pair = 0; pair < pairs; pair++) {
        // float32, as the reference multiplies: at position 2,000 its rounding is a hundred times
        // the activations' own.
        float angle = (first + position) * frequencies.get(pair).floatValue();
        cos[position * pairs + pair] = (float) Math.cos(angle);
        sin[position * pairs + pair] = (float) Math.sin(angle);
      }
    }
    Shape shape = new Shape(count, 1, pairs);
    return new Rotary(positions.pairing(), manager.create(cos, shape), manager.create(sin, shape));
  }

  void rotateInPlace(NDArray heads) {
    Kernels.rotateInPlace(pairing, heads, cos, sin);
  }
}
