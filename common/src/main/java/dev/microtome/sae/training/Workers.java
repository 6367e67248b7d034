package dev.microtome.sae.training;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Threads that share the parts of a piece of work, whichever is free taking the next. What a part
 * gives must not hang on who does it.
 */
final class Workers implements AutoCloseable {
  private final int threads;
  private final ExecutorService others;

  Workers(int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be positive: " + threads);
    }
    this.threads = threads;
    others = threads == 1 ? null : Executors.newFixedThreadPool(threads - 1, Workers::daemon);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "sae");
    thread.setDaemon(true);
    return thread;
  }

  int threads() {
    return threads;
  }

  /** Does all parts and returns when they are done. */
  void each(int parts, Work work) {
    AtomicInteger next = new AtomicInteger();
    List<Future<?>> running = new ArrayList<>();
    for (int worker = 1; worker < Math.min(threads, parts); worker++) {
      int own = worker;
      running.add(others.submit(() -> drain(next, parts, own, work)));
    }
    try {
      drain(next, parts, 0, work);
    } finally {
      next.set(parts);
      running.forEach(Workers::await);
    }
  }

  private static void drain(AtomicInteger next, int parts, int worker, Work work) {
    int part;
    while ((part = next.getAndIncrement()) < parts) {
      work.part(worker, part);
    }
  }

  private static void await(Future<?> future) {
    boolean interrupted = false;
    try {
      while (true) {
        try {
          future.get();
          return;
        } catch (InterruptedException e) {
          interrupted = true;
        }
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("A part of a step failed: " + e.getCause(), e.getCause());
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  @Override
  public void close() {
    if (others != null) {
      others.shutdown();
    }
  }

  /** One part of a piece of work. */
  @FunctionalInterface
  interface Work {
    /**
     * Does a part.
     *
     * @param worker from 0 below the number of threads: whose scratch to use
     */
    void part(int worker, int part);
  }
}
