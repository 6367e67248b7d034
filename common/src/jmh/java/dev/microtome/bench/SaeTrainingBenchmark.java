package dev.microtome.bench;

import dev.microtome.model.Torch;
import dev.microtome.optim.Adam;
import dev.microtome.optim.LearningRate;
import dev.microtome.sae.training.BatchSource;
import dev.microtome.sae.training.SaeEvaluation;
import dev.microtome.sae.training.SaeOptimizer;
import dev.microtome.sae.training.SaeTrainer;
import dev.microtome.sae.training.SaeTrainingSettings;
import dev.microtome.sae.training.SparseCodes;
import dev.microtome.sae.training.SyntheticDictionary;
import dev.microtome.sae.training.TopKShape;
import java.util.Arrays;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * Steps of TopK training in the shapes of the peers' {@code sae_train.py}, without AuxK as there.
 *
 * <pre>SaeTrainingBenchmark signum|adam D_IN D_SAE BATCH STEPS THREADS speed|quality</pre>
 *
 * <p>Prints one line of JSON: tokens a second over the steps after the first ones, the making of
 * batches left out. {@code quality} trains on the synthetic dictionary of 2,048 directions and
 * measures on 16,384 rows that were not trained on.
 */
public final class SaeTrainingBenchmark {
  private static final int K = 32;
  private static final int SKIPPED = 4;
  private static final int POOL = 3;
  private static final int HELD_OUT = 16384;

  private SaeTrainingBenchmark() {}

  public static void main(String[] args) {
    int width = Integer.parseInt(args[1]);
    int features = Integer.parseInt(args[2]);
    int batch = Integer.parseInt(args[3]);
    int steps = Integer.parseInt(args[4]);
    int threads = Integer.parseInt(args[5]);
    Torch.threads(1);
    TopKShape shape =
        TopKShape.of(width, features, K).withAuxiliary(0, Math.min(512, width / 2), 10_000_000);
    SaeTrainingSettings signum = SaeTrainingSettings.signum(shape, steps, 0);
    SaeTrainingSettings settings =
        args[0].equals("adam")
            ? new SaeTrainingSettings(
                shape,
                SaeOptimizer.adam(Adam.DEFAULT),
                LearningRate.builder(1e-3, steps).warmUp(Math.min(20, steps / 2)).build(),
                0)
            : signum;
    boolean quality = args[6].equals("quality");
    SyntheticDictionary data = quality ? new SyntheticDictionary(width, 2048, 16, 1) : null;
    float[][][] pool = quality ? null : noise(width, batch);
    float[][][] next = new float[1][][];
    BatchSource source = step -> next[0];
    double[] seconds = new double[steps];
    next[0] = quality ? data.rows(0, batch) : pool[0];
    try (SaeTrainer trainer = SaeTrainer.start(settings, source, threads)) {
      for (int step = 0; step < steps; step++) {
        next[0] = quality ? data.rows((long) step * batch, batch) : pool[step % POOL];
        long start = System.nanoTime();
        trainer.next();
        seconds[step] = (System.nanoTime() - start) / 1e9;
      }
      double[] rates =
          Arrays.stream(seconds, SKIPPED, steps).map(time -> batch / time).sorted().toArray();
      System.out.printf(
          Locale.ROOT,
          "{\"workload\": \"sae_train\", \"peer\": \"microtome-%s\", \"d_in\": %d, \"d_sae\": %d,"
              + " \"threads\": %d, \"min\": %.1f, \"median\": %.1f, \"max\": %.1f%s}%n",
          args[0],
          width,
          features,
          threads,
          rates[0],
          rates[rates.length / 2],
          rates[rates.length - 1],
          quality ? quality(trainer, data) : "");
    }
  }

  private static float[][][] noise(int width, int batch) {
    Random random = new Random(0);
    float[][][] pool = new float[POOL][batch][width];
    for (float[][] rows : pool) {
      for (float[] row : rows) {
        for (int j = 0; j < width; j++) {
          row[j] = (float) random.nextGaussian();
        }
      }
    }
    return pool;
  }

  private static String quality(SaeTrainer trainer, SyntheticDictionary data) {
    SaeEvaluation held = trainer.evaluate(data.rows(1L << 30, HELD_OUT));
    SparseCodes codes = held.codes();
    double active = IntStream.range(0, HELD_OUT).mapToLong(codes::count).sum();
    double[] cosines = data.bestCosines(trainer.weights().get("W_dec"));
    return String.format(
        Locale.ROOT,
        ", \"quality\": {\"explained_variance\": %.4f, \"l0\": %.4f, \"mmcs\": %.4f,"
            + " \"recovered_at_0.9\": %.4f}",
        1 - held.squaredError() / held.variance(),
        active / HELD_OUT,
        Arrays.stream(cosines).average().orElseThrow(),
        Arrays.stream(cosines).filter(cosine -> cosine > 0.9).count() / (double) cosines.length);
  }
}
