package dev.microtome.run;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.util.List;
import java.util.stream.Stream;

/**
 * The record of a finished part, {@code parts/00007.json}, or {@code parts/STAGE/00007.json} in a
 * stage with a name: written after the part's files are in place, so that a part with a record is
 * done and one without is not.
 *
 * @param part position in the plan
 * @param files what the part wrote, in the order of their paths
 * @param artifacts files other than tables that the part wrote, in the order of their paths
 * @param units units of work done, in the plan's unit
 * @param seconds wall time of the attempt that counts
 * @param attempt number of that attempt, from 0, as Spark counts
 * @param executor where it ran
 * @param identity of all that its rows follow from, hexadecimal; empty where the job does not tell
 */
public record PartRecord(
    int part,
    List<DataFile> files,
    List<ArtifactFile> artifacts,
    long units,
    double seconds,
    int attempt,
    String executor,
    String identity) {
  public PartRecord {
    files = List.copyOf(files);
    // Records of earlier versions have none.
    artifacts = artifacts == null ? List.of() : List.copyOf(artifacts);
    identity = identity == null ? "" : identity;
  }

  /** A record of a part that has no identity, or none yet. */
  public PartRecord(
      int part,
      List<DataFile> files,
      List<ArtifactFile> artifacts,
      long units,
      double seconds,
      int attempt,
      String executor) {
    this(part, files, artifacts, units, seconds, attempt, executor, "");
  }

  /** The same part with an identity. */
  public PartRecord withIdentity(String of) {
    return new PartRecord(part, files, artifacts, units, seconds, attempt, executor, of);
  }

  /** Paths inside the run directory of all that the part wrote: first files, then artifacts. */
  public List<String> paths() {
    return Stream.concat(
            files.stream().map(DataFile::path), artifacts.stream().map(ArtifactFile::path))
        .toList();
  }

  /** Name of the record's file inside {@code parts/}. */
  String fileName() {
    return fileName(part);
  }

  static String fileName(int part) {
    return "%05d.json".formatted(part);
  }

  String json() {
    return Json.pretty(this);
  }

  static PartRecord parse(String json) throws JsonProcessingException {
    return Json.read(json, PartRecord.class);
  }
}
