package dev.microtome.jobs.spark;

import dev.microtome.jobs.ExecutorModels;
import dev.microtome.jobs.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * The objects that the parts of this JVM share. A part holds what it asked for until it ends. What
 * no part holds stays for the next ones; when another object is to be loaded, all but the last used
 * of them are closed first, so that a series of checkpoints does not pile up in native memory.
 */
final class SharedModels {
  /**
   * Objects that no part holds and that survive the loading of another. One, for a part that has
   * not asked yet may need it: two tasks cross the border between two checkpoints one after the
   * other.
   */
  private static final int MOST_IDLE = 1;

  private final LocalCache cache;

  /** Last used last. Guarded by itself, like the counts of its values. */
  private final Map<String, Entry> entries = new LinkedHashMap<>();

  private long loads;

  SharedModels(LocalCache cache) {
    this.cache = cache;
  }

  /** An object and how many parts hold it. */
  private static final class Entry {
    private final CompletableFuture<Object> object = new CompletableFuture<>();
    private final long number;
    private int holders;

    Entry(long number) {
      this.number = number;
    }
  }

  /** The objects as one part sees them, to be closed when the part ends. */
  PartModels ofPart() {
    return new PartModels();
  }

  final class PartModels implements ExecutorModels, AutoCloseable {
    private final Map<String, Entry> held = new HashMap<>();

    private PartModels() {}

    @Override
    public Path folder(ModelFolder model) throws IOException {
      return cache.folder(model);
    }

    @Override
    @SuppressWarnings("unchecked") // a key always goes with one type of object
    public synchronized <M> M shared(String key, Loader<M> loader) throws IOException {
      Entry entry = held.get(key);
      if (entry == null) {
        entry = hold(key, loader);
        held.put(key, entry);
      }
      return (M) entry.object.join();
    }

    /** Lets go of what the part held; not to be used any more. */
    @Override
    public synchronized void close() {
      held.forEach(SharedModels.this::release);
      held.clear();
    }
  }

  private Entry hold(String key, ExecutorModels.Loader<?> loader) throws IOException {
    Entry entry;
    boolean first;
    List<Entry> superfluous = List.of();
    synchronized (entries) {
      entry = entries.get(key);
      first = entry == null;
      if (first) {
        superfluous = removeIdle();
        entry = new Entry(loads++);
        entries.put(key, entry);
      }
      entry.holders++;
    }
    superfluous.forEach(SharedModels::close);
    if (first) {
      load(key, entry, loader);
    } else {
      await(entry);
    }
    return entry;
  }

  private void load(String key, Entry entry, ExecutorModels.Loader<?> loader) throws IOException {
    try {
      entry.object.complete(loader.load());
    } catch (Throwable e) {
      synchronized (entries) {
        entries.remove(key, entry);
      }
      entry.object.completeExceptionally(e);
      throw e;
    }
  }

  private static void await(Entry entry) throws IOException {
    try {
      entry.object.join();
    } catch (CompletionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw new IOException(cause.getMessage(), cause);
      } else if (e.getCause() instanceof UncheckedIOException cause) {
        throw cause;
      } else if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw e;
    }
  }

  private void release(String key, Entry entry) {
    synchronized (entries) {
      entry.holders--;
      if (entries.remove(key, entry)) {
        entries.put(key, entry);
      }
    }
  }

  /** Takes out what nobody holds but the last used. */
  private List<Entry> removeIdle() {
    List<Map.Entry<String, Entry>> idle =
        entries.entrySet().stream().filter(each -> each.getValue().holders == 0).toList();
    List<Entry> removed = new ArrayList<>();
    for (Map.Entry<String, Entry> each : idle.subList(0, Math.max(0, idle.size() - MOST_IDLE))) {
      removed.add(each.getValue());
      entries.remove(each.getKey());
    }
    return removed;
  }

  /** Closes every loaded object, held or not, and forgets them; the last loaded goes first. */
  void closeAll() {
    List<Entry> all;
    synchronized (entries) {
      all = new ArrayList<>(entries.values());
      entries.clear();
    }
    all.sort(Comparator.comparingLong((Entry entry) -> entry.number).reversed());
    all.forEach(SharedModels::close);
  }

  private static void close(Entry entry) {
    if (entry.object.isDone()
        && !entry.object.isCompletedExceptionally()
        && entry.object.join() instanceof AutoCloseable closeable) {
      try {
        closeable.close();
      } catch (Exception e) {
        System.getLogger(SharedModels.class.getName())
            .log(System.Logger.Level.WARNING, "closing a shared model failed", e);
      }
    }
  }
}
