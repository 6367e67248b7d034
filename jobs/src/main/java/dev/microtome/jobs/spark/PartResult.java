package dev.microtome.jobs.spark;

import dev.microtome.run.PartRecord;
import java.io.Serializable;
import java.util.List;

/**
 * What an attempt at a part sends back to the driver.
 *
 * @param staged its files, which count only once the driver has committed them
 * @param attempt as Spark counts, from 0
 * @param refusal the user's mistake that stops the run, as a result and not as a failure because
 *     Spark would try again; null where all went well
 */
record PartResult(
    int part,
    List<PartWriters.Staged> staged,
    long units,
    double seconds,
    int attempt,
    String executor,
    String refusal)
    implements Serializable {

  PartRecord toRecord() {
    return new PartRecord(
        part,
        staged.stream().map(PartWriters.Staged::file).toList(),
        units,
        seconds,
        attempt,
        executor);
  }

  List<String> stagedPaths() {
    return staged.stream().map(PartWriters.Staged::path).toList();
  }
}
