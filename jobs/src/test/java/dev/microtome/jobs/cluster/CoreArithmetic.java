package dev.microtome.jobs.cluster;

import dev.microtome.linalg.NativeFloats;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * What a second core is worth on this machine: matrix products alone in one process, and in two at
 * once, each held to a core of its own. Cores of a rented machine may be two threads of one core,
 * or slower together; no job can gain more.
 */
final class CoreArithmetic {
  private static final int ROWS = 256;
  private static final int INNER = 512;
  private static final int COLUMNS = 4096;
  private static final double SECONDS = 4;

  private CoreArithmetic() {}

  /** Prints the products a second of one process. */
  public static void main(String[] args) {
    try (NativeFloats a = new NativeFloats(ROWS, INNER);
        NativeFloats b = new NativeFloats(COLUMNS, INNER);
        NativeFloats product = new NativeFloats(ROWS, COLUMNS)) {
      product.setProductTransposed(a, b);
      long start = System.nanoTime();
      double seconds = 0;
      int products = 0;
      for (; seconds < SECONDS; seconds = (System.nanoTime() - start) / 1e9) {
        product.setProductTransposed(a, b);
        products++;
      }
      System.out.println(products / seconds);
    }
  }

  /** The rate of two processes over that of one, which is measured on each core in turn. */
  static double gain() throws IOException, InterruptedException {
    double alone = (rate(start(0)) + rate(start(1))) / 2;
    List<Process> both = List.of(start(0), start(1));
    double together = 0;
    for (Process each : both) {
      together += rate(each);
    }
    return together / alone;
  }

  private static Process start(int core) throws IOException {
    List<String> command = new ArrayList<>(StandaloneCluster.onCore(core));
    command.addAll(
        List.of(
            ProcessHandle.current().info().command().orElse("java"),
            "-Xmx256m",
            "-cp",
            System.getProperty("java.class.path"),
            CoreArithmetic.class.getName()));
    return new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.INHERIT).start();
  }

  private static double rate(Process process) throws IOException, InterruptedException {
    String printed =
        new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    if (process.waitFor() != 0) {
      throw new IllegalStateException("Matrix products ended with " + process.exitValue());
    }
    return Double.parseDouble(printed);
  }
}
