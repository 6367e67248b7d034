import dev.microtome.jobs.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Runs a job and says what it held at most: of its heap what is left by collections of garbage, one after the other, and
 * outside of it the resident set without the heap, all of which is touched at the start (-Xms = -Xmx, AlwaysPreTouch).
 */
class MemoryProbe {
  private static volatile long largest;

  public static void main(String[] args) throws Exception {
    Thread sampler =
        new Thread(
            () -> {
              Runtime runtime = Runtime.getRuntime();
              while (true) {
                System.gc();
                largest = Math.max(largest, runtime.totalMemory() - runtime.freeMemory());
                try {
                  Thread.sleep(50);
                } catch (InterruptedException e) {
                  return;
                }
              }
            });
    sampler.setDaemon(true);
    sampler.start();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () ->
                    System.err.printf(
                        "PROBE %d %d%n",
                        largest, peakResident() - Runtime.getRuntime().maxMemory())));
    Main.main(args);
  }

  private static long peakResident() {
    try {
      return Files.readAllLines(Path.of("/proc/self/status")).stream()
          .filter(line -> line.startsWith("VmHWM:"))
          .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
          .findFirst()
          .orElseThrow();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
