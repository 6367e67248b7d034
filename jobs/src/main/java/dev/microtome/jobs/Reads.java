package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.run.FileEntry;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Reading of inputs: many at once, and what fails in the user's words. */
final class Reads {
  // Footers and digests wait for the file system more than for a core.
  private static final int READERS = 16;

  private Reads() {}

  /** What the action returns; a file system that fails is a refusal that names the path. */
  static <T> T reading(InputPath path, Callable<T> action) {
    try {
      return action.call();
    } catch (IOException e) {
      throw new InputException("Cannot read " + path + ": " + Reasons.of(e), e);
    } catch (RuntimeException e) {
      throw e;
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Reads one file. */
  interface Reader<T> {
    T read(FileEntry file) throws IOException;
  }

  /** What the reader makes of each entry, in their order. */
  static <T> List<T> inParallel(List<FileEntry> entries, Reader<T> reader) throws IOException {
    ExecutorService readers =
        Executors.newFixedThreadPool(Math.max(1, Math.min(READERS, entries.size())));
    try {
      List<Future<T>> futures = new ArrayList<>();
      for (FileEntry entry : entries) {
        futures.add(readers.submit(() -> reader.read(entry)));
      }
      List<T> results = new ArrayList<>();
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      if (e.getCause() instanceof IOException cause) {
        throw new IOException(cause.getMessage(), cause);
      } else if (e.getCause() instanceof InputException cause) {
        throw cause;
      }
      throw new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new UncheckedIOException(new IOException("stopped while reading inputs", e));
    } finally {
      readers.shutdownNow();
    }
  }
}
