package dev.microtome.jobs.erasers;

import java.io.Serializable;
import java.util.List;

/**
 * One hook point.
 *
 * @param moments for each concept files of the relay with its moments, in the order of the rows
 *     behind them
 */
record ErasersPart(String hook, List<List<String>> moments) implements Serializable {
  ErasersPart {
    moments = moments.stream().map(List::copyOf).toList();
  }
}
