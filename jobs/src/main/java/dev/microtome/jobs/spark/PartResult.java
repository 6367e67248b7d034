package dev.microtome.jobs.spark;

import dev.microtome.run.InputException;
import dev.microtome.run.PartRecord;
import dev.microtome.run.PartRefusedException;
import dev.microtome.run.RejectedContentException;
import java.io.Serializable;
import java.util.List;
import java.util.stream.Stream;

/**
 * What an attempt at a part sends back to the driver.
 *
 * @param staged its files of tables, which count only once the driver has committed them
 * @param artifacts its other files, likewise
 * @param attempt as Spark counts, from 0
 * @param refusal the user's mistake that stops the run, as a result and not as a failure because
 *     Spark would try again; null where all went well
 */
record PartResult(
    int part,
    List<PartWriters.Staged> staged,
    List<StagedArtifact> artifacts,
    long units,
    double seconds,
    int attempt,
    String executor,
    Refusal refusal)
    implements Serializable {

  /** A mistake of the user's. */
  record Refusal(String message, Kind kind) implements Serializable {
    /** Which exception says it. */
    enum Kind {
      INPUT,
      CONTENT,
      PART
    }

    static Refusal of(InputException e) {
      Kind kind =
          e instanceof RejectedContentException
              ? Kind.CONTENT
              : e instanceof PartRefusedException ? Kind.PART : Kind.INPUT;
      return new Refusal(e.getMessage(), kind);
    }

    InputException exception() {
      return switch (kind) {
        case INPUT -> new InputException(message);
        case CONTENT -> new RejectedContentException(message);
        case PART -> new PartRefusedException(message);
      };
    }
  }

  PartRecord toRecord() {
    return new PartRecord(
        part,
        staged.stream().map(PartWriters.Staged::file).toList(),
        artifacts.stream().map(StagedArtifact::file).toList(),
        units,
        seconds,
        attempt,
        executor);
  }

  /** Where the files lie, in the order of {@link PartRecord#paths()}. */
  List<String> stagedPaths() {
    return Stream.concat(
            staged.stream().map(PartWriters.Staged::path),
            artifacts.stream().map(StagedArtifact::path))
        .toList();
  }
}
