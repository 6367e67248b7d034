package dev.microtome.jobs;

import dev.microtome.run.ArtifactFile;
import dev.microtome.run.PartRecord;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Which parts of a run's stages are finished, and which of them wrote which file. */
final class FinishedParts {
  private final Job<?, ?> job;
  private final Set<String> declared;
  private final Map<String, Map<Integer, PartRecord>> finished = new TreeMap<>();
  private final Map<String, String> owners = new HashMap<>();

  /** Of no part yet; the job says which artifacts there may be. */
  FinishedParts(Job<?, ?> job) {
    this.job = job;
    declared = job.artifacts().stream().map(ArtifactSpec::name).collect(Collectors.toSet());
  }

  /** Those of a stage, by their positions in it. */
  Map<Integer, PartRecord> of(String stage) {
    return finished.computeIfAbsent(stage, unused -> new TreeMap<>());
  }

  /** The records of all stages. */
  List<PartRecord> records() {
    return finished.values().stream().flatMap(parts -> parts.values().stream()).toList();
  }

  /** Units of a stage. */
  long units(String stage) {
    return of(stage).values().stream().mapToLong(PartRecord::units).sum();
  }

  /** Positions, of so many, that a stage still has to compute. */
  List<Integer> open(String stage, int parts) {
    Map<Integer, PartRecord> done = of(stage);
    return IntStream.range(0, parts).filter(i -> !done.containsKey(i)).boxed().toList();
  }

  /** Takes a part in. */
  void keep(String stage, PartRecord part) {
    requireOwned(stage, part);
    part.paths().forEach(path -> owners.put(path, owner(stage, part)));
    of(stage).put(part.part(), part);
  }

  private static String owner(String stage, PartRecord part) {
    return (stage.isEmpty() ? "part " : "stage " + stage + ", part ") + part.part();
  }

  /**
   * Refuses a part whose artifacts are not declared, or of which another wrote a file: the path
   * would keep the bytes of one and the digest of the other.
   */
  void requireOwned(String stage, PartRecord part) {
    String owner = owner(stage, part);
    for (ArtifactFile file : part.artifacts()) {
      if (!declared.contains(file.artifact())) {
        throw new IllegalStateException(
            "%s wrote %s, but %s declares the artifacts %s"
                .formatted(owner, file.path(), job.name(), declared));
      }
    }
    for (String path : part.paths()) {
      String other = owners.get(path);
      if (other != null && !other.equals(owner)) {
        throw new IllegalStateException("%s and %s both wrote %s".formatted(other, owner, path));
      }
    }
  }
}
