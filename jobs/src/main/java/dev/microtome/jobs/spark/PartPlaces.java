package dev.microtome.jobs.spark;

import dev.microtome.run.FileStore;
import java.io.Serializable;
import java.util.UUID;

/**
 * Where the attempts at the parts of one stage work.
 *
 * @param stage name of the stage, empty for the one without a name
 * @param run folder of the run
 * @param staging folder for the files of attempts of this session
 * @param work folder for what parts keep over a kill
 */
public record PartPlaces(String stage, String run, String staging, String work)
    implements Serializable {

  /** Such as {@code part-00007}, or {@code STAGE-00007}: names files, and so never changes. */
  String label(int part) {
    return "%s-%05d".formatted(stage.isEmpty() ? "part" : stage, part);
  }

  /** A folder for one attempt alone. */
  String attempt(int part) {
    return FileStore.resolve(staging, label(part) + "-" + UUID.randomUUID());
  }

  /** What all parts of all stages share. */
  public String relay() {
    return FileStore.resolve(work, "relay");
  }

  /** What all attempts at a part share. */
  String workspace(int part) {
    return FileStore.resolve(work, label(part));
  }
}
