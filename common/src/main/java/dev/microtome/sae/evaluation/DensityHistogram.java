package dev.microtome.sae.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * How many features have which density, by log₁₀ of the density in bins of a quarter: features that
 * never fire have none and are counted by the dead fraction.
 */
public final class DensityHistogram {
  private static final int BINS_PER_DECADE = 4;

  private DensityHistogram() {}

  /** The bins from the sparsest feature's to the densest's, empty ones between them included. */
  public static List<DensityHistogramRow> of(EvaluatedSae sae, FeatureStatistics features) {
    TreeMap<Integer, Long> counts = new TreeMap<>();
    for (int feature = 0; feature < features.features(); feature++) {
      if (features.fires(feature) > 0) {
        counts.merge(bin(features.density(feature)), 1L, Long::sum);
      }
    }
    List<DensityHistogramRow> rows = new ArrayList<>();
    if (counts.isEmpty()) {
      return rows;
    }
    for (int bin = counts.firstKey(); bin <= counts.lastKey(); bin++) {
      rows.add(
          new DensityHistogramRow(
              sae.name(),
              sae.model(),
              sae.hook().address(),
              sae.hook().layer(),
              sae.architecture(),
              (double) bin / BINS_PER_DECADE,
              (bin + 1.0) / BINS_PER_DECADE,
              counts.getOrDefault(bin, 0L)));
    }
    return rows;
  }

  /** The bin of a density in (0, 1]; a density of 1 is in the last. */
  private static int bin(double density) {
    return Math.min(-1, (int) Math.floor(Math.log10(density) * BINS_PER_DECADE));
  }
}
