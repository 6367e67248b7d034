package dev.microtome.jobs;

import java.util.List;

/**
 * What a command would do.
 *
 * @param upToDate whether an earlier run is what it would make
 * @param reasons why it would run, a short phrase each; empty where up to date
 * @param parts of the plan
 * @param estimatedRows as in {@link Plan}
 * @param estimatedBytes as in {@link Plan}
 * @param memory what a task and the model take, for people
 */
public record Forecast(
    boolean upToDate,
    List<String> reasons,
    int parts,
    long estimatedRows,
    long estimatedBytes,
    String memory) {
  public Forecast {
    reasons = List.copyOf(reasons);
  }
}
