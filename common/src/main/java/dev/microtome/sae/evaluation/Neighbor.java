package dev.microtome.sae.evaluation;

import java.util.ArrayList;
import java.util.List;

/**
 * A feature close to another.
 *
 * @param value how close, such as a cosine
 */
record Neighbor(int feature, double value) {

  /** The largest of the values above 0, largest first, of equal ones the lower index. */
  static List<Neighbor> largest(double[] values, int most) {
    List<Neighbor> kept = new ArrayList<>();
    for (int feature = 0; feature < values.length; feature++) {
      double value = values[feature];
      if (!(value > 0) || (kept.size() == most && value <= kept.get(most - 1).value)) {
        continue;
      }
      int at = kept.size();
      while (at > 0 && value > kept.get(at - 1).value) {
        at--;
      }
      kept.add(at, new Neighbor(feature, value));
      if (kept.size() > most) {
        kept.remove(most);
      }
    }
    return kept;
  }
}
