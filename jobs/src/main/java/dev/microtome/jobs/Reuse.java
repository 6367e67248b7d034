package dev.microtome.jobs;

import dev.microtome.jobs.spark.FileCopies;
import dev.microtome.run.DataFile;
import dev.microtome.run.Digest;
import dev.microtome.run.FileStore;
import dev.microtome.run.PartRecord;
import dev.microtome.run.RunDirectory;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.spark.SparkContext;

/**
 * The parts of the newest run that a new one takes over: their files are copied, checked against
 * their digests, and given the names of their new positions.
 */
final class Reuse {
  /** Of a run that computes everything. */
  static final Reuse NONE = new Reuse(List.of(), "", Map.of());

  private final List<String> identities;
  private final String from;
  private final Map<String, PartRecord> available;

  private Reuse(List<String> identities, String from, Map<String, PartRecord> available) {
    this.identities = identities;
    this.from = from;
    this.available = available;
  }

  /**
   * Finds the parts of the run that {@code latest} names.
   *
   * @param shared what all parts follow from
   */
  static Reuse of(FileStore files, String output, PartIdentities parts, String shared)
      throws IOException {
    if (parts.none()) {
      return NONE;
    }
    String latest = FileStore.resolve(output, RunDirectory.LATEST);
    if (!files.exists(latest)) {
      return ofNothing(parts, shared);
    }
    RunDirectory run = RunDirectory.of(files, output, files.readString(latest).strip());
    Map<String, PartRecord> available = new HashMap<>();
    if (run.succeeded()) {
      for (PartRecord part : run.recordedParts()) {
        // What later stages need is gone with the run's end.
        boolean whole = part.files().stream().noneMatch(file -> TableSpec.isInternal(file.table()));
        if (whole && part.artifacts().isEmpty() && !part.identity().isEmpty()) {
          available.put(part.identity(), part);
        }
      }
    }
    return new Reuse(identities(parts, shared), run.path(), available);
  }

  /** Takes nothing over, and tells the parts' identities for the runs to come. */
  static Reuse ofNothing(PartIdentities parts, String shared) {
    return new Reuse(identities(parts, shared), "", Map.of());
  }

  private static List<String> identities(PartIdentities parts, String shared) {
    return parts.ofParts().stream().map(part -> Digest.of(shared + "\n" + part)).toList();
  }

  /** The identity of a part, empty where it has none. */
  String identity(int part) {
    return identities.isEmpty() ? "" : identities.get(part);
  }

  /** The run that parts are taken from. */
  String from() {
    return from;
  }

  /**
   * A part that is taken over.
   *
   * @param staged where its files lie now, in the order of {@link PartRecord#paths()}
   */
  record Taken(PartRecord part, List<String> staged) {}

  /**
   * Copies the files of those of these parts that are available. One that is damaged is not taken.
   *
   * @param staging folder for the copies
   */
  List<Taken> take(List<Integer> parts, String staging, SparkContext spark) {
    List<Taken> candidates = new ArrayList<>();
    List<FileCopies.Copy> copies = new ArrayList<>();
    for (int part : parts) {
      Optional.ofNullable(available.get(identity(part)))
          .ifPresent(
              old -> {
                Taken taken = renamed(old, part, staging);
                candidates.add(taken);
                for (int i = 0; i < old.files().size(); i++) {
                  DataFile file = old.files().get(i);
                  copies.add(
                      new FileCopies.Copy(
                          FileStore.resolve(from, file.path()),
                          taken.staged().get(i),
                          file.sha256()));
                }
              });
    }
    if (candidates.isEmpty()) {
      return List.of();
    }
    List<Boolean> arrived = FileCopies.run(spark, copies);
    List<Taken> whole = new ArrayList<>();
    int next = 0;
    for (Taken candidate : candidates) {
      int end = next + candidate.staged().size();
      if (!arrived.subList(next, end).contains(false)) {
        whole.add(candidate);
      }
      next = end;
    }
    return whole;
  }

  /** The old record under the names of a new position. */
  private static Taken renamed(PartRecord old, int part, String staging) {
    String before = "/part-%05d".formatted(old.part());
    String after = "/part-%05d".formatted(part);
    List<DataFile> files =
        old.files().stream()
            .map(
                file ->
                    new DataFile(
                        file.table(),
                        file.path().replace(before, after),
                        file.rows(),
                        file.bytes(),
                        file.sha256()))
            .toList();
    PartRecord record =
        new PartRecord(
            part,
            files,
            List.of(),
            old.units(),
            old.seconds(),
            old.attempt(),
            old.executor(),
            old.identity());
    return new Taken(
        record,
        files.stream().map(file -> FileStore.resolve(staging, "taken/" + file.path())).toList());
  }
}
