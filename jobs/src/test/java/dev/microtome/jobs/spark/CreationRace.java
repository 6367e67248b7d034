package dev.microtome.jobs.spark;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Several writers at once, each of which wants to create the same file of a real object store: what
 * {@link FileStoreTest} does on a local disk. {@code .interop/s3.sh} starts it, with Spark's way of
 * passing Hadoop's settings on.
 */
final class CreationRace {
  private static final int WRITERS = 8;
  private static final int ROUNDS = 20;

  private CreationRace() {}

  /**
   * Fails unless each file is created by one writer and has what that one wrote.
   *
   * @param args the folder
   */
  public static void main(String[] args) throws Exception {
    HadoopFileStore files = HadoopFileStore.ofThisProcess();
    ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
    for (int round = 0; round < ROUNDS; round++) {
      String path = args[0] + "/" + round;
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Boolean>> attempts = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        byte[] content = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
        attempts.add(
            threads.submit(
                () -> {
                  start.await();
                  return files.createExclusively(path, content);
                }));
      }
      start.countDown();
      List<String> winners = new ArrayList<>();
      for (int i = 0; i < WRITERS; i++) {
        if (attempts.get(i).get()) {
          winners.add(Integer.toString(i));
        }
      }
      if (!winners.equals(List.of(files.readString(path)))) {
        throw new IllegalStateException(
            "%s: created by %s, holds what %s wrote"
                .formatted(path, winners, files.readString(path)));
      }
    }
    threads.shutdown();
    System.out.printf("%d files, each created by one of %d writers%n", ROUNDS, WRITERS);
  }
}
