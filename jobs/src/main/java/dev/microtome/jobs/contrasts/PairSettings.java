package dev.microtome.jobs.contrasts;

import dev.microtome.probing.ContrastSearch;
import dev.microtome.probing.SequenceSplit;
import java.io.Serializable;
import java.util.List;

/**
 * Which pairs are searched, and how.
 *
 * @param sides the two, the first first; empty: those that there are
 * @param maxPairs of a hook point at most
 * @param split of pairs, by their names
 */
record PairSettings(
    String concept,
    List<String> sides,
    int maxPairs,
    SequenceSplit split,
    int epochs,
    double learningRate,
    double weightDecay,
    int tries)
    implements Serializable {
  PairSettings {
    sides = List.copyOf(sides);
  }

  ContrastSearch.Settings search() {
    return new ContrastSearch.Settings(epochs, learningRate, weightDecay, tries);
  }
}
