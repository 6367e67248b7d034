package dev.microtome.bench;

import ai.djl.ndarray.NDManager;
import dev.microtome.model.Torch;
import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.GatedSae;
import dev.microtome.sae.JumpReluSae;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.ReluSae2023;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeFiles;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.stream.RowBlocks;
import dev.microtome.sae.stream.RowColumns;
import dev.microtome.sae.training.HeldOutScores;
import dev.microtome.sae.training.ResamplingPlan;
import dev.microtome.sae.training.SaeGroup;
import dev.microtome.sae.training.SaeOptimizer;
import dev.microtome.sae.training.SaeRecipe;
import dev.microtome.sae.training.SaeStep;
import dev.microtome.sae.training.SyntheticDictionary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;

/**
 * Steps of training in the shapes of the peers' {@code sae_train.py}, without AuxK as there.
 *
 * <pre>SaeTrainingBenchmark WHAT D_IN D_SAE BATCH STEPS THREADS speed|quality</pre>
 *
 * <p>WHAT is signum or adam for TopK 32, or an architecture, by Adam; with {@code -transcoder}
 * behind it from the width to as many targets; {@code relu-2023-resampled} is told to resample
 * after the last step. Prints one line of JSON: tokens a second over the steps after the first
 * ones, the making of batches left out. {@code quality} trains on the synthetic dictionary of 2,048
 * directions and measures on 16,384 rows that were not trained on.
 */
public final class SaeTrainingBenchmark {
  private static final int K = 32;
  private static final int SKIPPED = 4;
  private static final int POOL = 3;
  private static final int HELD_OUT = 16384;

  /** The peers' coefficient of L1. */
  private static final double L1 = 0.3;

  private static final double RATE = 1e-3;

  private SaeTrainingBenchmark() {}

  public static void main(String[] args) throws IOException {
    int width = Integer.parseInt(args[1]);
    int features = Integer.parseInt(args[2]);
    int batch = Integer.parseInt(args[3]);
    int steps = Integer.parseInt(args[4]);
    int threads = Integer.parseInt(args[5]);
    Torch.threads(threads);
    boolean quality = args[6].equals("quality");
    SyntheticDictionary data = quality ? new SyntheticDictionary(width, 2048, 16, 1) : null;
    SaeRecipe recipe = recipe(args[0], width, features, steps);
    RowColumns columns =
        RowColumns.all(recipe.config().mapping() == Mapping.AUTOENCODER ? width : 2 * width);
    RowBatch[] pool = new RowBatch[quality ? 1 : POOL];
    Random random = new Random(0);
    for (int i = 0; i < pool.length; i++) {
      pool[i] = columns.batch(batch);
      fill(pool[i].rows(), random);
    }
    double[] seconds = new double[steps];
    SaeStep last = null;
    try (SaeGroup group = SaeGroup.start(List.of(recipe), threads)) {
      for (int step = 0; step < steps; step++) {
        RowBatch next = pool[step % pool.length];
        if (quality) {
          next = RowColumns.all(width).batch(batch);
          copy(data.rows((long) step * batch, batch), next.rows());
        }
        long start = System.nanoTime();
        last = group.step(next).get(0);
        seconds[step] = (System.nanoTime() - start) / 1e9;
      }
      double[] rates =
          Arrays.stream(seconds, SKIPPED, steps).map(time -> batch / time).sorted().toArray();
      System.out.printf(
          Locale.ROOT,
          "{\"workload\": \"sae_train\", \"peer\": \"microtome-%s\", \"d_in\": %d, \"d_sae\": %d,"
              + " \"threads\": %d, \"min\": %.1f, \"median\": %.1f, \"max\": %.1f, \"last_l0\": %.1f%s}%n",
          args[0],
          width,
          features,
          threads,
          rates[0],
          rates[rates.length / 2],
          rates[rates.length - 1],
          last.l0(),
          quality ? quality(group, data) : "");
    }
  }

  private static SaeRecipe recipe(String what, int width, int features, int steps) {
    String kind = what.replace("-transcoder", "").replace("-resampled", "");
    SaeArchitecture architecture = architecture(kind, features);
    SaeConfig config = SaeConfig.of(architecture, width, features);
    boolean signum = kind.equals("signum");
    return new SaeRecipe(
        what,
        what.endsWith("-transcoder") ? config.transcodingTo(width) : config,
        signum ? SaeOptimizer.signum() : SaeOptimizer.adam(Adam.DEFAULT),
        signum
            ? LearningRate.builder(SaeOptimizer.Signum.defaultRate(features), steps).build()
            : LearningRate.builder(RATE, steps).warmUp(Math.min(20, steps / 2)).build(),
        new CoefficientWarmUp(architecture.sparsity(), Math.min(20, steps / 2)),
        10_000_000,
        what.endsWith("-resampled")
            ? new ResamplingPlan(List.of((long) steps), 1, 1)
            : ResamplingPlan.NONE,
        0);
  }

  private static SaeArchitecture architecture(String what, int features) {
    return switch (what) {
      case "signum", "adam" -> new TopKSae(K);
      case "batchtopk" -> new BatchTopKSae(K);
      case "matryoshka" ->
          new MatryoshkaSae(
              List.of(features / 16, features / 8, features / 4, features / 2, features), K);
      case "relu-2023" -> new ReluSae2023(L1);
      case "relu" -> new ReluSae2024(L1);
      case "gated" -> new GatedSae(L1);
      case "jumprelu" -> new JumpReluSae(L1);
      default -> throw new IllegalArgumentException("no architecture " + what);
    };
  }

  private static void fill(float[][] rows, Random random) {
    for (float[] row : rows) {
      for (int j = 0; j < row.length; j++) {
        row[j] = (float) random.nextGaussian();
      }
    }
  }

  private static void copy(float[][] from, float[][] to) {
    for (int i = 0; i < from.length; i++) {
      System.arraycopy(from[i], 0, to[i], 0, from[i].length);
    }
  }

  private static String quality(SaeGroup group, SyntheticDictionary data) throws IOException {
    HeldOutScores held = group.evaluate(new Held(data.rows(1L << 30, HELD_OUT))).get(0);
    Map<String, Double> scores = held.values();
    Path folder = Files.createTempDirectory("sae-benchmark");
    group.writeFolder(0, SaeSource.UNKNOWN, held, folder);
    try (NDManager memory = NDManager.newBaseManager();
        Sae sae = SaeFiles.read(folder, memory)) {
      double[] cosines = data.bestCosines(sae.tensors().get("W_dec").toFloatArray());
      return String.format(
          Locale.ROOT,
          ", \"quality\": {\"explained_variance\": %.4f, \"l0\": %.4f, \"mmcs\": %.4f,"
              + " \"recovered_at_0.9\": %.4f}",
          scores.get("explained_variance"),
          scores.get("l0"),
          Arrays.stream(cosines).average().orElseThrow(),
          Arrays.stream(cosines).filter(cosine -> cosine > 0.9).count() / (double) cosines.length);
    }
  }

  /** Rows in memory. */
  @SuppressWarnings("ArrayRecordComponent") // not compared
  private record Held(float[][] rows) implements RowBlocks {
    @Override
    public int width() {
      return rows[0].length;
    }

    @Override
    public int count() {
      return 1;
    }

    @Override
    public long rows(int block) {
      return rows.length;
    }

    @Override
    public Rows open(int block, long from) {
      return new Rows() {
        private int next = (int) from;

        @Override
        public long next(float[] target, int start) {
          System.arraycopy(rows[next], 0, target, start, rows[next].length);
          return next++;
        }

        @Override
        public void skip(long count) {
          next += (int) count;
        }

        @Override
        public void close() {}
      };
    }

    @Override
    public String place(int block) {
      return "held out";
    }
  }
}
