package dev.microtome.jobs.erasers;

import java.io.Serializable;
import java.util.List;

/**
 * One hook point.
 *
 * @param moments files with its moments, in the order of the parts that wrote them
 */
record ErasersPart(String hook, List<String> moments) implements Serializable {
  ErasersPart {
    moments = List.copyOf(moments);
  }
}
