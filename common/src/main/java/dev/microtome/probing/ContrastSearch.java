package dev.microtome.probing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;
import dev.microtome.optim.AdamW;
import dev.microtome.optim.OptimizerState;
import dev.microtome.stats.Seeds;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Contrast-consistent search: a direction found without labels from pairs that say a thing and its
 * opposite, p = σ(w·x + b) of each side, minimising the mean of (p₀ − (1 − p₁))² + min(p₀, p₁)².
 * Each side is centred by its own mean. A constant p loses (2p − 1)² + p². Float64, all pairs a
 * step; memory twice the pairs.
 *
 * @see <a href="https://arxiv.org/abs/2212.03827">Burns et al. 2022, Discovering Latent
 *     Knowledge</a>
 */
public final class ContrastSearch implements AutoCloseable {
  private final NDManager memory;
  private final NDArray x0;
  private final NDArray x1;
  private final double[] mean0;
  private final double[] mean1;
  private final int dimensions;

  /**
   * Settings of the search.
   *
   * @param tries from different weights, of which the smallest loss wins
   */
  public record Settings(int epochs, double learningRate, double weightDecay, int tries) {
    /** 1,000 steps of AdamW at 1e-3, decay 0.01, 10 tries: the paper's. */
    public static final Settings PAPER = new Settings(1000, 1e-3, 0.01, 10);

    public Settings {
      if (epochs < 1 || tries < 1) {
        throw new IllegalArgumentException(
            "epochs %d and tries %d must be positive".formatted(epochs, tries));
      }
    }
  }

  /** Parts of the loss at weights, its gradients, and the sides' probabilities. */
  @SuppressWarnings("ArrayRecordComponent") // handed on, not compared
  record Loss(
      double consistency,
      double confidence,
      double[] byWeights,
      double byIntercept,
      double[] p0,
      double[] p1) {
    double total() {
      return consistency + confidence;
    }
  }

  /**
   * A direction.
   *
   * @param weights w [d]
   * @param intercept b, of centred sides
   * @param loss at the end
   */
  @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
  public record Direction(
      double[] weights, double intercept, double loss, double[] mean0, double[] mean1) {
    public Direction {
      weights = weights.clone();
      mean0 = mean0.clone();
      mean1 = mean1.clone();
    }

    /** A copy of w [d]. */
    @Override
    public double[] weights() {
      return weights.clone();
    }

    /** 1 where ½(p₀ + 1 − p₁) is below ½, else 0; the two names may be exchanged. */
    public int[] predict(Matrix first, Matrix second) {
      double[] z0 = logits(first, mean0);
      double[] z1 = logits(second, mean1);
      int[] labels = new int[z0.length];
      for (int i = 0; i < labels.length; i++) {
        double p0 = 1 / (1 + Math.exp(-z0[i]));
        double p1 = 1 / (1 + Math.exp(-z1[i]));
        labels[i] = (p0 + 1 - p1) / 2 < 0.5 ? 1 : 0;
      }
      return labels;
    }

    /** Share of the pairs that are right, or wrong if that is more. */
    public double accuracy(Matrix first, Matrix second, int[] labels) {
      int[] predicted = predict(first, second);
      int right = 0;
      for (int i = 0; i < labels.length; i++) {
        right += predicted[i] == labels[i] ? 1 : 0;
      }
      double share = (double) right / labels.length;
      return Math.max(share, 1 - share);
    }

    private double[] logits(Matrix x, double[] mean) {
      Matrix w = Matrix.of(weights.length, 1, weights);
      double shift = Matrix.of(1, mean.length, mean).times(w).at(0, 0);
      double[] z = x.times(w).toArray();
      for (int i = 0; i < z.length; i++) {
        z[i] += intercept - shift;
      }
      return z;
    }
  }

  /**
   * Prepares a search.
   *
   * @param first one side of each pair, [n, d]
   * @param second the other
   * @throws IllegalArgumentException if there are no pairs or the sides differ in size
   */
  public ContrastSearch(Matrix first, Matrix second) {
    if (first.rows() == 0 || first.rows() != second.rows() || first.columns() != second.columns()) {
      throw new IllegalArgumentException(
          "Pairs of %d × %d and %d × %d"
              .formatted(first.rows(), first.columns(), second.rows(), second.columns()));
    }
    memory = NDManager.newBaseManager("PyTorch");
    dimensions = first.columns();
    mean0 = mean(first);
    mean1 = mean(second);
    x0 = ProbeRows.array(memory, centred(first, mean0));
    x1 = ProbeRows.array(memory, centred(second, mean1));
  }

  /** The mean of rows, [d]. */
  static double[] mean(Matrix x) {
    double[] ones = new double[x.rows()];
    Arrays.fill(ones, 1.0 / x.rows());
    return Matrix.of(1, x.rows(), ones).times(x).toArray();
  }

  private static Matrix centred(Matrix x, double[] mean) {
    double[] values = x.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] -= mean[i % mean.length];
    }
    return Matrix.of(x.rows(), x.columns(), values);
  }

  /** Of {@link #tries} the one of the smallest loss, of equal ones the first. */
  public Direction search(Settings settings, long seed) {
    return tries(settings, seed).stream()
        .min(Comparator.comparingDouble(Direction::loss))
        .orElseThrow();
  }

  /** Searches from random weights, uniform in ±1/√d, as torch's linear layers begin. */
  public List<Direction> tries(Settings settings, long seed) {
    List<Direction> tries = new ArrayList<>();
    double bound = 1 / Math.sqrt(dimensions);
    for (int i = 0; i < settings.tries(); i++) {
      SplittableRandom random = new SplittableRandom(Seeds.of(seed, "contrast", i));
      double[] weights = new double[dimensions];
      for (int j = 0; j < weights.length; j++) {
        weights[j] = bound * (2 * random.nextDouble() - 1);
      }
      tries.add(train(settings, weights, bound * (2 * random.nextDouble() - 1)));
    }
    return tries;
  }

  /** One try, from given weights. */
  Direction train(Settings settings, double[] weights, double intercept) {
    try (NDManager scope = memory.newSubManager()) {
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      parameters.put("w", scope.create(weights));
      parameters.put("b", scope.create(new double[] {intercept}));
      AdamW rule = new AdamW(0.9, 0.999, 1e-8, settings.weightDecay());
      try (OptimizerState state = rule.start(parameters, scope)) {
        for (int epoch = 0; epoch < settings.epochs(); epoch++) {
          try (NDManager call = scope.newSubManager()) {
            List<NDArray> sums =
                ProbeKernels.contrast(call, x0, x1, parameters.get("w"), parameters.get("b"));
            state.step(sums.subList(2, 4), settings.learningRate());
          }
        }
      }
      double[] w = parameters.get("w").toDoubleArray();
      double b = parameters.get("b").toDoubleArray()[0];
      return new Direction(w, b, loss(w, b).total(), mean0, mean1);
    }
  }

  /** The loss at weights. */
  Loss loss(double[] weights, double intercept) {
    try (NDManager call = memory.newSubManager()) {
      List<NDArray> sums =
          ProbeKernels.contrast(
              call, x0, x1, call.create(weights), call.create(new double[] {intercept}));
      return new Loss(
          sums.get(0).getDouble(),
          sums.get(1).getDouble(),
          sums.get(2).toDoubleArray(),
          sums.get(3).toDoubleArray()[0],
          sums.get(4).toDoubleArray(),
          sums.get(5).toDoubleArray());
    }
  }

  /**
   * The first principal component of the pairs' differences, second − first, of length 1; its sign
   * is free: a majority of labels gives it one.
   *
   * @see <a href="https://arxiv.org/abs/2310.01405">Zou et al. 2023, Representation Engineering</a>
   */
  public static double[] firstComponent(Matrix first, Matrix second) {
    Matrix difference = second.plus(first.scaled(-1));
    Matrix centred = centred(difference, mean(difference));
    return SymmetricEigen.of(centred.transposeTimes(centred)).vector(0);
  }

  @Override
  public void close() {
    memory.close();
  }
}
