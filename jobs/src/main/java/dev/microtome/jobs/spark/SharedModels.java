package dev.microtome.jobs.spark;

import dev.microtome.jobs.ExecutorModels;
import dev.microtome.jobs.ModelFolder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedDeque;

/** The objects that the tasks of this JVM share, closed when it ends. */
final class SharedModels implements ExecutorModels {
  private final LocalCache cache;
  private final Map<String, CompletableFuture<Object>> loaded = new ConcurrentHashMap<>();
  private final Deque<Object> lastLoadedFirst = new ConcurrentLinkedDeque<>();

  SharedModels(LocalCache cache) {
    this.cache = cache;
  }

  @Override
  public Path folder(ModelFolder model) throws IOException {
    return cache.folder(model);
  }

  @Override
  @SuppressWarnings("unchecked") // a key always goes with one type of object
  public <M> M shared(String key, Loader<M> loader) throws IOException {
    CompletableFuture<Object> mine = new CompletableFuture<>();
    CompletableFuture<Object> first = loaded.putIfAbsent(key, mine);
    if (first == null) {
      try {
        M object = loader.load();
        lastLoadedFirst.addFirst(object);
        mine.complete(object);
      } catch (Throwable e) {
        loaded.remove(key, mine);
        mine.completeExceptionally(e);
        throw e;
      }
      first = mine;
    }
    try {
      return (M) first.join();
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

  /** Closes every object that can be closed and forgets them all; the last loaded goes first. */
  void closeAll() {
    loaded.clear();
    for (Object object = lastLoadedFirst.poll(); object != null; object = lastLoadedFirst.poll()) {
      if (object instanceof AutoCloseable closeable) {
        try {
          closeable.close();
        } catch (Exception e) {
          System.getLogger(SharedModels.class.getName())
              .log(System.Logger.Level.WARNING, "closing a shared model failed", e);
        }
      }
    }
  }
}
