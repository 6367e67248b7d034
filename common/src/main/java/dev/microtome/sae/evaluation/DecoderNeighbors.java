package dev.microtome.sae.evaluation;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** Which features add nearly the same to an activation: cosines of their directions. */
final class DecoderNeighbors {
  private static final int ROWS_AT_A_TIME = 256;

  private DecoderNeighbors() {}

  /**
   * The features of b closest to each of some features of a, positive cosines alone; a feature is
   * no neighbour of itself.
   *
   * @param from first feature of a
   * @param to one past the last
   */
  static List<List<Neighbor>> of(
      FeatureDictionary a, int from, int to, FeatureDictionary b, int most, NDManager parent) {
    List<List<Neighbor>> all = new ArrayList<>();
    int wanted = Math.min(b.features(), a == b ? most + 1 : most);
    try (NDManager memory = parent.newSubManager()) {
      NDArray others = b.directions(memory, IntStream.range(0, b.features()).toArray());
      for (int first = from; first < to; first += ROWS_AT_A_TIME) {
        int end = Math.min(to, first + ROWS_AT_A_TIME);
        try (NDManager scratch = memory.newSubManager()) {
          NDArray rows = a.directions(scratch, IntStream.range(first, end).toArray());
          List<NDArray> top = EvaluationKernels.nearest(scratch, rows, others, wanted);
          float[] cosines = top.get(0).toFloatArray();
          int[] features = top.get(1).toIntArray();
          for (int row = 0; row < end - first; row++) {
            List<Neighbor> neighbors = new ArrayList<>();
            for (int i = row * wanted; i < (row + 1) * wanted; i++) {
              boolean itself = a == b && features[i] == first + row;
              if (!itself && cosines[i] > 0 && neighbors.size() < most) {
                neighbors.add(new Neighbor(features[i], cosines[i]));
              }
            }
            all.add(neighbors);
          }
        }
      }
    }
    return all;
  }
}
