package dev.microtome.jobs;

import java.util.List;
import java.util.Optional;

/**
 * How a request ended well.
 *
 * @param run path of the run; absent after a dry run
 * @param partsComputed positions of the parts that were computed now and not found finished
 * @param upToDate whether an earlier run was found and nothing was done
 */
public record JobOutcome(Optional<String> run, List<Integer> partsComputed, boolean upToDate) {
  public JobOutcome {
    partsComputed = List.copyOf(partsComputed);
  }
}
