package dev.microtome.bench;

import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.LeaceFit;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.erasure.QuadraticFitter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;

/**
 * Statistics and erasers in the shapes of the peers' {@code leace_fit.py}.
 *
 * <pre>LeaceBenchmark update|eraser|quadratic D CLASSES ROWS TASKS REPEATS</pre>
 *
 * <p>{@code update}: as many fitters as tasks are fed float32 rows at once, each its share of the
 * rows, and merged: rows a second. {@code eraser}: one fitter's eraser, on one thread: erasers a
 * second. {@code quadratic}: the same of the quadratic eraser. All in float64. Prints one line of
 * JSON.
 */
public final class LeaceBenchmark {
  private LeaceBenchmark() {}

  @SuppressWarnings("ArrayRecordComponent") // read by the loop that is timed
  private record Data(float[][] x, double[][] z) {
    /** Correlated with the class by its mean, as the peers' data are. */
    static Data of(int rows, int d, int classes) {
      Random random = new Random(0);
      float[][] means = new float[classes][d];
      for (float[] mean : means) {
        for (int i = 0; i < d; i++) {
          mean[i] = (float) (0.5 * random.nextGaussian());
        }
      }
      float[][] x = new float[rows][d];
      double[][] z = new double[rows][classes];
      for (int row = 0; row < rows; row++) {
        int own = random.nextInt(classes);
        z[row][own] = 1;
        for (int i = 0; i < d; i++) {
          x[row][i] = (float) (random.nextGaussian() * (0.1 + 1.9 * i / (d - 1))) + means[own][i];
        }
      }
      return new Data(x, z);
    }
  }

  public static void main(String[] args) throws Exception {
    String what = args[0];
    int d = Integer.parseInt(args[1]);
    int classes = Integer.parseInt(args[2]);
    int rows = Integer.parseInt(args[3]);
    int tasks = Integer.parseInt(args[4]);
    int repeats = Integer.parseInt(args[5]);
    // As many different rows as the caches do not hold; fed over and over.
    Data data = Data.of(Math.min(rows, 16_384), d, classes);
    List<Double> rates = new ArrayList<>();
    if (what.equals("update")) {
      update(data, rows, tasks);
      for (int repeat = 0; repeat < repeats; repeat++) {
        rates.add(rows / update(data, rows, tasks));
      }
    } else if (what.equals("quadratic")) {
      quadratic(data, rows, repeats, rates);
    } else {
      LeaceFitter fitter = LeaceFitter.of(d, classes);
      feed(fitter, data, rows);
      fitter.rows();
      for (int repeat = 0; repeat < repeats; repeat++) {
        long start = System.nanoTime();
        LeaceFit fit = fitter.fit(EraserSettings.leace());
        rates.add(1e9 / (System.nanoTime() - start));
        if (!(fit.crossCovarianceAfter() < 1e-8)) {
          throw new IllegalStateException("Not erased: " + fit.crossCovarianceAfter());
        }
      }
    }
    double[] sorted = rates.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    System.out.printf(
        Locale.ROOT,
        "{\"workload\": \"leace_%s\", \"peer\": \"microtome\", \"d\": %d, \"classes\": %d,"
            + " \"rows\": %d, \"tasks\": %d, \"min\": %.4f, \"median\": %.4f, \"max\": %.4f}%n",
        what,
        d,
        classes,
        rows,
        tasks,
        sorted[0],
        sorted[sorted.length / 2],
        sorted[sorted.length - 1]);
  }

  private static void quadratic(Data data, int rows, int repeats, List<Double> rates) {
    int classes = data.z()[0].length;
    QuadraticFitter fitter = QuadraticFitter.of(data.x()[0].length, classes);
    for (int row = 0; row < rows; row++) {
      int at = row % data.x().length;
      int label = 0;
      while (data.z()[at][label] == 0) {
        label++;
      }
      double[] x = new double[data.x()[at].length];
      for (int i = 0; i < x.length; i++) {
        // Classes differ in their covariances, too: without that there is nothing to transport.
        x[i] = data.x()[at][i] * (1 + 0.5 * Math.sin((label + 1.0) * i));
      }
      fitter.add(x, label);
    }
    for (int repeat = 0; repeat < repeats; repeat++) {
      long start = System.nanoTime();
      fitter.eraser(QuadraticFitter.ClassCovariance.SAMPLE, QuadraticFitter.Centre.MEAN_OF_ROWS);
      rates.add(1e9 / (System.nanoTime() - start));
    }
  }

  private static void feed(LeaceFitter fitter, Data data, int rows) {
    for (int row = 0; row < rows; row++) {
      int at = row % data.x().length;
      fitter.add(data.x()[at], data.z()[at]);
    }
  }

  /** Seconds from the first row to the merged moments. */
  private static double update(Data data, int rows, int tasks) throws Exception {
    LeaceFitter[] fitters = new LeaceFitter[tasks];
    CyclicBarrier together = new CyclicBarrier(tasks + 1);
    List<Thread> running = new ArrayList<>();
    for (int task = 0; task < tasks; task++) {
      LeaceFitter fitter = LeaceFitter.of(data.x()[0].length, data.z()[0].length);
      fitters[task] = fitter;
      Thread thread =
          new Thread(
              () -> {
                try {
                  together.await();
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
                feed(fitter, data, rows / tasks);
                fitter.rows();
              });
      thread.start();
      running.add(thread);
    }
    together.await();
    long start = System.nanoTime();
    for (Thread thread : running) {
      thread.join();
    }
    Arrays.stream(fitters).skip(1).forEach(fitters[0]::merge);
    return (System.nanoTime() - start) / 1e9;
  }
}
