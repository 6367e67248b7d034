package dev.microtome.run;

import java.io.Closeable;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * The right to write into an output folder: the file {@code _lease} in it. One process has it at a
 * time, and a process that died does not have it for ever: a lease of an ended process of this
 * machine is free at once, one of another machine after {@link #PATIENCE} without a sign of life.
 * Machines' clocks must agree to within that time.
 *
 * <p>A lease that was not given back is never overwritten. Its successor is a file of the next
 * generation ({@code _lease.2}, {@code _lease.3} …), created exclusively; the highest generation
 * holds. Whoever creates one and then sees a higher one, or a living one, has lost. So two
 * processes that find the same dead lease at the same time cannot both take it over.
 */
public final class Lease implements Closeable {
  /** Longest silence of a living holder on another machine. */
  public static final Duration PATIENCE = Duration.ofMinutes(2);

  /** Time between signs of life. */
  static final Duration HEARTBEAT = Duration.ofSeconds(10);

  private static final String NAME = "_lease";
  private static final int ATTEMPTS = 20;

  private final FileStore files;
  private final String folder;
  private final int generation;
  private final Clock clock;
  private final LeaseHolder holder;
  private final Object beating = new Object();
  private ScheduledExecutorService heartbeat;
  private volatile String lost = "";
  private volatile Instant lastBeat;

  private Lease(FileStore files, String folder, int generation, LeaseHolder holder, Clock clock) {
    this.files = files;
    this.folder = folder;
    this.generation = generation;
    this.holder = holder;
    this.clock = clock;
    lastBeat = clock.instant();
  }

  /**
   * Takes the lease of a folder, which is made if need be.
   *
   * @throws InputException when a living process has it: host, process, age and what to do are in
   *     the message
   */
  public static Lease acquire(FileStore files, String folder, Clock clock) throws IOException {
    return acquire(files, folder, LeaseHolder.thisProcess(clock.instant()), clock);
  }

  static Lease acquire(FileStore files, String folder, LeaseHolder self, Clock clock)
      throws IOException {
    files.createFolders(folder);
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      NavigableMap<Integer, FileEntry> found = generations(files, folder);
      if (!found.isEmpty()) {
        requireDead(files, found.lastEntry().getValue(), clock.instant());
      }
      int generation = found.isEmpty() ? 1 : found.lastKey() + 1;
      Lease lease = new Lease(files, folder, generation, self, clock);
      if (!files.createExclusively(lease.path(), self.json().getBytes(StandardCharsets.UTF_8))) {
        continue;
      }
      if (lease.isFirst()) {
        return lease;
      }
    }
    throw new InputException(
        "Output " + folder + ": other runs keep taking its lease; try again when they are done");
  }

  /**
   * Looks around after the lease's file was created, and removes the dead ones before it. A holder
   * that was silent and woke up meanwhile sees this lease, or is seen here: never neither.
   *
   * @return false when another one was faster: this lease's file is gone then
   */
  private boolean isFirst() throws IOException {
    NavigableMap<Integer, FileEntry> found = generations(files, folder);
    // Where creation is not exclusive after all (object stores), the last writer has it.
    if (!isOwner(false)) {
      return false;
    }
    if (found.lastKey() > generation) {
      files.delete(path());
      return false;
    }
    try {
      for (FileEntry before : found.headMap(generation).values()) {
        requireDead(files, before, clock.instant());
        files.delete(before.path());
      }
    } catch (InputException alive) {
      files.delete(path());
      throw alive;
    }
    return true;
  }

  /**
   * Whether the lease's file names this lease's holder.
   *
   * @param cutOff the answer for a file whose content is cut off
   */
  private boolean isOwner(boolean cutOff) throws IOException {
    try {
      return LeaseHolder.parse(files.readString(path()))
          .map(found -> found.owner().equals(holder.owner()))
          .orElse(cutOff);
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private boolean isHighest() throws IOException {
    NavigableMap<Integer, FileEntry> found = generations(files, folder);
    return !found.isEmpty() && found.lastKey() == generation;
  }

  private static void requireDead(FileStore files, FileEntry entry, Instant now)
      throws IOException {
    Optional<LeaseHolder> holder;
    try {
      holder = LeaseHolder.parse(files.readString(entry.path()));
    } catch (FileNotFoundException e) {
      return;
    }
    if (holder.isEmpty()) {
      Duration age = Duration.between(Instant.ofEpochMilli(entry.modifiedMillis()), now);
      if (age.compareTo(PATIENCE) > 0) {
        return;
      }
      throw new InputException(
          "Output is in use: "
              + entry.path()
              + " was written "
              + words(age)
              + " ago; a lease that cannot be read is free after "
              + words(PATIENCE));
    }
    LeaseHolder living = holder.get();
    if (!living.isDead(now, PATIENCE)) {
      throw new InputException(
          "Output is in use by process "
              + living.pid()
              + " on "
              + living.host()
              + ", started "
              + words(Duration.between(living.startedAt(), now))
              + " ago, last sign of life "
              + words(living.silence(now))
              + " ago ("
              + entry.path()
              + "). Wait for it or choose another --output; if its machine is gone, the output is free "
              + words(PATIENCE)
              + " after the last sign of life");
    }
  }

  private static NavigableMap<Integer, FileEntry> generations(FileStore files, String folder)
      throws IOException {
    NavigableMap<Integer, FileEntry> found = new TreeMap<>();
    List<FileEntry> entries = files.list(folder);
    for (FileEntry entry : entries) {
      if (entry.name().equals(NAME)) {
        found.put(1, entry);
      } else if (entry.name().matches("_lease\\.[0-9]{1,9}")) {
        found.put(Integer.parseInt(entry.name().substring(NAME.length() + 1)), entry);
      }
    }
    return found;
  }

  private String path() {
    return FileStore.resolve(folder, generation == 1 ? NAME : NAME + "." + generation);
  }

  /** Gives a sign of life every ten seconds until the lease is closed. */
  public synchronized void keepAlive() {
    if (heartbeat != null) {
      throw new IllegalStateException("the lease is kept alive already");
    }
    heartbeat =
        Executors.newSingleThreadScheduledExecutor(
            task -> {
              Thread thread = new Thread(task, "lease-heartbeat");
              thread.setDaemon(true);
              return thread;
            });
    var unused =
        heartbeat.scheduleAtFixedRate(
            this::beat, HEARTBEAT.toSeconds(), HEARTBEAT.toSeconds(), TimeUnit.SECONDS);
  }

  /**
   * Writes one sign of life, or notes that the lease is lost: because another process has it, or
   * because no sign of life could be written for {@link #PATIENCE}. Until then a store that cannot
   * be reached is tried again next time. Whoever slept for long keeps the lease if nobody took it.
   */
  void beat() {
    synchronized (beating) {
      if (!lost.isEmpty()) {
        return;
      }
      Instant now = clock.instant();
      try {
        // Only this process writes this file, so one that is cut off is this process's own.
        if (isHighest() && isOwner(true)) {
          files.replace(path(), holder.beating(now).json());
        }
        if (isHighest() && isOwner(true)) {
          lastBeat = now;
        } else {
          lost = "another run took " + folder + " over while this one gave no sign of life";
        }
      } catch (IOException | RuntimeException e) {
        System.getLogger(Lease.class.getName())
            .log(System.Logger.Level.WARNING, "cannot renew the lease of " + folder, e);
        Duration silence = Duration.between(lastBeat, now);
        if (silence.compareTo(PATIENCE) > 0) {
          lost = "the lease of " + folder + " could not be renewed for " + words(silence);
        }
      }
    }
  }

  /**
   * Looks whether this process still holds the lease, now and not at the last sign of life.
   *
   * @return false when another process has it: then nothing in the folder may be touched
   */
  public boolean isHeld() {
    beat();
    return lost.isEmpty();
  }

  /**
   * Refuses when another process holds the lease by now: called before anything is committed. Looks
   * at the file if the last sign of life is older than it should be.
   *
   * @throws IOException when the lease is lost
   */
  public void check() throws IOException {
    if (Duration.between(lastBeat, clock.instant()).compareTo(HEARTBEAT) > 0) {
      beat();
    }
    if (!lost.isEmpty()) {
      throw new IOException(lost);
    }
  }

  @Override
  public synchronized void close() throws IOException {
    if (heartbeat != null) {
      heartbeat.shutdown();
      try {
        if (!heartbeat.awaitTermination(HEARTBEAT.toSeconds(), TimeUnit.SECONDS)) {
          heartbeat.shutdownNow();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
    if (isOwner(lost.isEmpty())) {
      files.delete(path());
    }
  }

  private static String words(Duration duration) {
    long seconds = Math.max(0, duration.toSeconds());
    if (seconds < 120) {
      return seconds + " s";
    }
    return seconds < 7200 ? seconds / 60 + " min" : seconds / 3600 + " h";
  }
}
