package dev.microtome.run;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which runs below a folder may go. In each output folder the newest successful runs stay, the one
 * that {@code latest} names, and the newest unfinished one if it is newer than all of those: it may
 * be resumed. So does every run that the manifest of a run that stays refers to, wherever below the
 * folder it lies. A folder that has a run's name and no manifest is not touched: nobody knows what
 * it is.
 */
public final class Retention {
  private final FileStore files;
  private final int keep;

  /**
   * Makes a rule.
   *
   * @param keep number of successful runs to keep in each output folder, at least 1
   */
  public Retention(FileStore files, int keep) {
    if (keep < 1) {
      throw new InputException("keep: " + keep + " runs: at least 1 must stay");
    }
    this.files = files;
    this.keep = keep;
  }

  /**
   * A run and what becomes of it.
   *
   * @param output folder of its runs
   * @param stays whether it is kept
   * @param reason in words
   * @param bytes size of all its files
   */
  public record Decision(String output, String id, boolean stays, String reason, long bytes) {
    /** Folder of the run. */
    public String path() {
      return FileStore.resolve(output, id);
    }

    private Decision sparedAs(String why) {
      return new Decision(output, id, /* stays= */ true, why, bytes);
    }
  }

  /** A run as it is found. */
  private record Found(RunDirectory run, String output, Manifest manifest, boolean succeeded) {
    Instant time() {
      return Instant.parse(succeeded ? manifest.finished() : manifest.started());
    }
  }

  /** Decides about every run at any depth below a folder, ordered by path. */
  public List<Decision> decide(String folder) throws IOException {
    Map<String, Found> all = new TreeMap<>();
    collect(files.qualify(folder), all);
    Map<String, String> stays = new HashMap<>();
    Map<String, List<Found>> byOutput = new TreeMap<>();
    all.values()
        .forEach(run -> byOutput.computeIfAbsent(run.output(), x -> new ArrayList<>()).add(run));
    for (Map.Entry<String, List<Found>> output : byOutput.entrySet()) {
      keepNewest(output.getKey(), output.getValue(), stays);
    }
    keepReferred(all, stays);
    List<Decision> decisions = new ArrayList<>();
    for (Map.Entry<String, Found> entry : all.entrySet()) {
      Found found = entry.getValue();
      decisions.add(
          new Decision(
              found.output(),
              found.run().id(),
              stays.containsKey(entry.getKey()),
              stays.getOrDefault(
                  entry.getKey(),
                  found.succeeded() ? "older than " + keep + " others" : "unfinished"),
              bytes(entry.getKey())));
    }
    return List.copyOf(decisions);
  }

  /**
   * Removes the runs of one output folder that do not stay, under its lease. A run that has become
   * one of the newest since the decision, resumed by somebody, is spared.
   *
   * @param decisions those of {@link #decide} for this output folder
   * @return the decisions as they were carried out
   * @throws InputException when a living process works there
   */
  public List<Decision> remove(String output, List<Decision> decisions, Clock clock)
      throws IOException {
    List<Decision> done = new ArrayList<>();
    try (Lease lease = Lease.acquire(files, output, clock)) {
      lease.keepAlive();
      Map<String, String> stays = new HashMap<>();
      keepNewest(output, runs(output), stays);
      for (Decision decision : decisions) {
        String reason = stays.get(decision.path());
        if (decision.stays() || reason != null) {
          done.add(decision.stays() ? decision : decision.sparedAs(reason));
          continue;
        }
        lease.check();
        // Without this mark it is no run to a reader, should the rest be interrupted.
        files.delete(FileStore.resolve(decision.path(), RunDirectory.SUCCESS));
        files.delete(decision.path());
        done.add(decision);
      }
    }
    return List.copyOf(done);
  }

  /** The runs of one output folder. */
  private List<Found> runs(String output) throws IOException {
    List<Found> runs = new ArrayList<>();
    for (FileEntry entry : files.list(output)) {
      if (entry.folder() && RunDirectory.isId(entry.name())) {
        found(output, entry.name()).ifPresent(runs::add);
      }
    }
    return runs;
  }

  private Optional<Found> found(String output, String id) throws IOException {
    RunDirectory run = RunDirectory.of(files, output, id);
    Optional<Manifest> manifest = run.readManifest();
    if (manifest.isEmpty()) {
      return Optional.empty();
    }
    boolean succeeded = run.succeeded() && manifest.get().complete();
    return Optional.of(new Found(run, output, manifest.get(), succeeded));
  }

  private void collect(String folder, Map<String, Found> all) throws IOException {
    for (FileEntry entry : files.list(folder)) {
      if (!entry.folder() || entry.name().startsWith("_") || entry.name().startsWith(".")) {
        continue;
      } else if (!RunDirectory.isId(entry.name())) {
        collect(entry.path(), all);
        continue;
      }
      found(folder, entry.name()).ifPresent(found -> all.put(found.run().path(), found));
    }
  }

  private void keepNewest(String output, List<Found> runs, Map<String, String> stays)
      throws IOException {
    String latest = FileStore.resolve(output, RunDirectory.LATEST);
    String named = files.exists(latest) ? files.readString(latest).strip() : "";
    List<Found> succeeded =
        runs.stream()
            .filter(Found::succeeded)
            .sorted(Comparator.comparing(Found::time).reversed())
            .toList();
    succeeded.stream()
        .limit(keep)
        .forEach(found -> stays.put(found.run().path(), "one of the newest " + keep));
    succeeded.stream()
        .filter(found -> found.run().id().equals(named))
        .forEach(found -> stays.put(found.run().path(), "latest"));
    runs.stream()
        .filter(found -> !found.succeeded())
        .max(Comparator.comparing(Found::time))
        .filter(found -> succeeded.isEmpty() || found.time().compareTo(succeeded.get(0).time()) > 0)
        .ifPresent(found -> stays.put(found.run().path(), "unfinished, may be resumed"));
  }

  private static void keepReferred(Map<String, Found> all, Map<String, String> stays) {
    Deque<String> open = new ArrayDeque<>(stays.keySet().stream().sorted().toList());
    Set<String> seen = new HashSet<>();
    while (!open.isEmpty()) {
      String path = open.pop();
      if (!seen.add(path)) {
        continue;
      }
      for (InputRecord input : all.get(path).manifest().inputs()) {
        for (String run : input.runs()) {
          if (all.containsKey(run)) {
            stays.putIfAbsent(run, "read by " + path);
            open.push(run);
          }
        }
      }
    }
  }

  private long bytes(String run) throws IOException {
    return files.listRecursively(run).stream().mapToLong(FileEntry::bytes).sum();
  }
}
