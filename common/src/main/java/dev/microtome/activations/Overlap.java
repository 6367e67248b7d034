package dev.microtome.activations;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Work beside the caller's thread, one thing at a time, so that a batch is written while the next
 * is computed. Used by one thread.
 */
final class Overlap implements AutoCloseable {
  /** Kept between parts: libtorch and malloc keep memory for every thread that they have seen. */
  private static final ExecutorService THREADS =
      Executors.newCachedThreadPool(
          task -> {
            Thread thread = new Thread(task, "activations writer");
            thread.setDaemon(true);
            return thread;
          });

  private Future<?> running = CompletableFuture.completedFuture(null);

  /** Work that may fail to write. */
  @FunctionalInterface
  interface Work {
    void run() throws IOException;
  }

  /** Starts the work once what was started before has ended; throws what that threw. */
  void start(Work work) throws IOException {
    await();
    running =
        THREADS.submit(
            () -> {
              work.run();
              return null;
            });
  }

  /** Waits for what was started last; throws what it threw, once. */
  void await() throws IOException {
    try {
      running.get();
      running = CompletableFuture.completedFuture(null);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while activations were written");
    } catch (ExecutionException e) {
      running = CompletableFuture.completedFuture(null);
      throw rethrown(e.getCause());
    }
  }

  /** Returns when nothing runs any more: what the work uses may then be closed. */
  @Override
  public void close() {
    boolean interrupted = false;
    while (!running.isDone()) {
      try {
        running.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        // Only reached when the caller is failing itself: that failure came first.
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private static IOException rethrown(Throwable cause) {
    if (cause instanceof RuntimeException e) {
      throw e;
    }
    if (cause instanceof Error e) {
      throw e;
    }
    return cause instanceof IOException e ? e : new IOException(cause);
  }
}
