package dev.microtome.sae.training;

import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.TopKSae;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The step between two rounds of a training by several workers: parameters take the {@link
 * OuterOptimizer}'s step by the workers' mean change, and are then held to the architecture's
 * constraints, decoder rows to norm 1 and thresholds to 0 or above. With {@link
 * SaeOptimizer.Signum} and of a {@link TopKSae} it is the workers' mean. Running thresholds become
 * the workers' mean. A feature has been idle as long as for the worker where it fired last.
 *
 * <p>Sums are in float64 in the workers' order, so that the bits hang on nothing else. Memory: a
 * million values and one row of each file at a time.
 */
public final class OuterStep {
  private static final int VALUES = 1 << 20;

  private final SaeRecipe recipe;
  private final OuterOptimizer optimizer;
  private final SharedWeights before;
  private final List<SharedWeights> workers;

  private OuterStep(
      SaeRecipe recipe,
      OuterOptimizer optimizer,
      SharedWeights before,
      List<SharedWeights> workers) {
    this.recipe = recipe;
    this.optimizer = optimizer;
    this.before = before;
    this.workers = workers;
  }

  /** Names of the files that a step writes and the next one reads. */
  public static List<String> files(List<SaeRecipe> recipes) {
    List<String> names = new ArrayList<>(SaeGroup.sharedFiles(recipes));
    for (int i = 0; i < recipes.size(); i++) {
      names.add(momentumFile(i));
    }
    return names;
  }

  private static String momentumFile(int sae) {
    return "momentum-%d.safetensors".formatted(sae);
  }

  /**
   * Takes the step of each SAE.
   *
   * @param before folder of what the workers began their round with: written by {@link
   *     SaeGroup#writeShared} before the first round, by this method later
   * @param workers folders of what each has written after its round, by {@link
   *     SaeGroup#writeShared}
   * @param after folder for the result
   */
  public static void take(
      List<SaeRecipe> recipes,
      OuterOptimizer optimizer,
      Path before,
      List<Path> workers,
      Path after) {
    for (int i = 0; i < recipes.size(); i++) {
      SaeRecipe recipe = recipes.get(i);
      String shared = SaeGroup.sharedFile(i);
      List<SharedWeights> opened = new ArrayList<>();
      try (SharedWeights old = SharedWeights.open(before.resolve(shared), recipe)) {
        for (Path worker : workers) {
          opened.add(SharedWeights.open(worker.resolve(shared), recipe));
        }
        Path momentum = before.resolve(momentumFile(i));
        new OuterStep(recipe, takesMean(recipe) ? OuterOptimizer.MEAN : optimizer, old, opened)
            .write(momentum, after.resolve(shared), after.resolve(momentumFile(i)));
      } finally {
        opened.forEach(SharedWeights::close);
      }
    }
  }

  /**
   * Whether momentum would do harm: signum's weights are means already, and a short training of
   * TopK on the tests' synthetic dictionary ends worse with it (by up to 4%).
   */
  private static boolean takesMean(SaeRecipe recipe) {
    return recipe.optimizer() instanceof SaeOptimizer.Signum
        || recipe.config().architecture() instanceof TopKSae;
  }

  private void write(Path momentumBefore, Path shared, Path momentum) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    SafetensorsWriter sums = new SafetensorsWriter();
    recipe
        .config()
        .parameters()
        .keySet()
        .forEach(
            name -> {
              shapes.put(name, before.shape(name));
              sums.floats(
                  Momentum.PREFIX + name,
                  before.shape(name).stream().mapToLong(Long::longValue).toArray());
            });
    double threshold =
        workers.stream().mapToDouble(SharedWeights::threshold).sum() / workers.size();
    SafetensorsWriter parameters =
        SharedWeights.writer(recipe, threshold, shapes, recipe.config().dSae());
    try (Momentum old = Momentum.open(momentumBefore)) {
      SharedWeights.write(
          shared,
          parameters,
          out ->
              SharedWeights.write(
                  momentum,
                  sums,
                  sumsOut -> {
                    for (Map.Entry<String, List<Long>> shape : shapes.entrySet()) {
                      step(shape.getKey(), shape.getValue(), old, out, sumsOut);
                    }
                    out.longs(idle());
                  }));
    }
  }

  private void step(
      String name,
      List<Long> shape,
      Momentum old,
      SafetensorsWriter.Sink out,
      SafetensorsWriter.Sink sums)
      throws IOException {
    long size = shape.stream().reduce(1L, Math::multiplyExact);
    int width = Math.toIntExact(shape.get(shape.size() - 1));
    int most = Math.max(1, VALUES / width) * width;
    boolean unitRows =
        name.equals("W_dec") && recipe.config().architecture().decoderNorms() == DecoderNorms.UNIT;
    for (long first = 0; first < size; first += most) {
      int count = (int) Math.min(most, size - first);
      float[] weights = new float[count];
      before.read(name, first, weights, count);
      float[] momentum = old.read(name, first, count);
      step(weights, mean(name, first, count), momentum);
      if (unitRows) {
        normalize(weights, width);
      } else if (name.equals("threshold")) {
        notNegative(weights);
      }
      out.floats(weights);
      sums.floats(momentum);
    }
  }

  private double[] mean(String name, long first, int count) {
    double[] mean = new double[count];
    float[] values = new float[count];
    for (SharedWeights worker : workers) {
      worker.read(name, first, values, count);
      for (int j = 0; j < count; j++) {
        mean[j] += values[j];
      }
    }
    for (int j = 0; j < count; j++) {
      mean[j] /= workers.size();
    }
    return mean;
  }

  private void step(float[] weights, double[] mean, float[] momentum) {
    for (int j = 0; j < weights.length; j++) {
      double change = weights[j] - mean[j];
      double sum = optimizer.momentum() * momentum[j] + change;
      momentum[j] = (float) sum;
      weights[j] =
          (float) (weights[j] - optimizer.learningRate() * (optimizer.momentum() * sum + change));
    }
  }

  private static void normalize(float[] rows, int width) {
    for (int row = 0; row < rows.length; row += width) {
      double square = 0;
      for (int j = row; j < row + width; j++) {
        square += (double) rows[j] * rows[j];
      }
      if (square > 0) {
        double factor = 1 / Math.sqrt(square);
        for (int j = row; j < row + width; j++) {
          rows[j] = (float) (rows[j] * factor);
        }
      }
    }
  }

  private static void notNegative(float[] values) {
    for (int j = 0; j < values.length; j++) {
      values[j] = Math.max(0, values[j]);
    }
  }

  private long[] idle() {
    long[] least = workers.get(0).idle();
    for (SharedWeights worker : workers) {
      long[] other = worker.idle();
      Arrays.setAll(least, i -> Math.min(least[i], other[i]));
    }
    return least;
  }
}
