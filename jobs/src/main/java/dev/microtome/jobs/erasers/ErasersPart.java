package dev.microtome.jobs.erasers;

import java.io.Serializable;
import java.util.List;

/**
 * One hook point.
 *
 * @param concepts what parts have summed up, in the order of the concepts
 */
record ErasersPart(String hook, List<Sums> concepts) implements Serializable {
  ErasersPart {
    concepts = List.copyOf(concepts);
  }

  /**
   * Sums of a concept.
   *
   * @param files of the relay with moments, in the order of the rows behind them; of each class
   *     where each has a sum of its own, none of a class without rows
   */
  record Sums(List<List<String>> files) implements Serializable {
    Sums {
      files = files.stream().map(List::copyOf).toList();
    }
  }
}
