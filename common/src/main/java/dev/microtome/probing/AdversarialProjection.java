package dev.microtome.probing;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.SymmetricEigen;
import dev.microtome.stats.Seeds;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Relaxed linear adversarial concept erasure: a projection of rank k and a linear classifier play
 * against each other, the one raising the loss that the other lowers. P moves within the {@link
 * Fantope}; every so often what it means, I minus its first k eigenvectors, is scored by a
 * classifier fitted anew, and the one of highest loss is kept.
 *
 * <p>Activations are centred, and divided by one number, their root mean square: the steps then
 * serve any hook. Float64; an iteration takes d²·batch multiplications and the eigenvectors of [d,
 * d].
 *
 * @see <a href="https://arxiv.org/abs/2201.12091">Ravfogel et al. 2022, RLACE</a>
 */
public final class AdversarialProjection {
  /** Steps of the classifier for one of the projection. */
  private static final int CLASSIFIER_STEPS = 2;

  private AdversarialProjection() {}

  /**
   * Settings of the game.
   *
   * @param c of the classifiers that score, as in {@link LogisticFitter#fit}
   */
  public record Settings(
      int rank, int iterations, int batchRows, double learningRate, int evaluations, double c) {
    public Settings {
      if (rank < 1 || iterations < 1 || batchRows < 1 || evaluations < 1) {
        throw new IllegalArgumentException(
            "rank %d, iterations %d, batchRows %d and evaluations %d must be positive"
                .formatted(rank, iterations, batchRows, evaluations));
      }
    }

    /** 200 iterations over 256 rows, scored 8 times. */
    public static Settings ofRank(int rank) {
      return new Settings(rank, 200, 256, 0.5, 8, 1);
    }

    /** The same game, longer or shorter. */
    public Settings withIterations(int other) {
      return new Settings(rank, other, batchRows, learningRate, Math.min(evaluations, other), c);
    }
  }

  /**
   * The best projection found.
   *
   * @param basis B [rank, d], orthonormal: P = I − BᵀB
   * @param mean where it goes through, [d]
   * @param objective of the classifier that scored it: {@link LogisticFitter.Fit#objective}
   */
  @SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
  public record Found(Matrix basis, double[] mean, double objective) {
    public Found {
      mean = mean.clone();
    }

    /** A copy of the mean. */
    @Override
    public double[] mean() {
      return mean.clone();
    }

    /** What is removed, BᵀB. */
    public FactoredMatrix removed() {
      return new FactoredMatrix(basis.transpose(), basis);
    }
  }

  /**
   * Plays.
   *
   * @throws IllegalArgumentException if the rank is not below the activations' width
   */
  public static Found play(ProbeRows x, int[] labels, int classes, Settings settings, long seed) {
    if (settings.rank() >= x.columns()) {
      throw new IllegalArgumentException(
          "rank %d of activations of %d numbers".formatted(settings.rank(), x.columns()));
    }
    try (NDManager scope = x.array().getManager().newSubManager()) {
      NDArray centre = ProbeKernels.mean(scope, x.array());
      double[] mean = centre.toDoubleArray();
      int d = x.columns();
      double size =
          Math.sqrt(
              ProbeRows.matrix(ProbeKernels.gram(scope, x.array(), centre)).trace()
                  / ((double) x.rows() * d));
      NDArray y = scope.create(labels).toType(DataType.INT64, false);
      double step = settings.learningRate() / (size == 0 ? 1 : size * size);
      int outputs = LogisticProbe.outputs(classes);
      Matrix w = Matrix.zeros(outputs, d);
      double[] b = new double[outputs];
      Matrix projection = start(d, settings.rank(), seed);
      Found best = null;
      for (int i = 1; i <= settings.iterations(); i++) {
        for (int j = 0; j <= CLASSIFIER_STEPS; j++) {
          try (NDManager call = scope.newSubManager()) {
            List<NDArray> sums =
                ProbeKernels.adversary(
                    call,
                    x.array(),
                    y,
                    call.create(batch(labels.length, settings, seed, i, j)),
                    centre,
                    ProbeRows.array(call, projection),
                    ProbeRows.array(call, w),
                    call.create(b));
            if (j < CLASSIFIER_STEPS) {
              w = w.plus(ProbeRows.matrix(sums.get(1)).scaled(-step));
              double[] byIntercept = sums.get(2).toDoubleArray();
              for (int k = 0; k < outputs; k++) {
                b[k] -= settings.learningRate() * byIntercept[k];
              }
            } else {
              Matrix rise = ProbeRows.matrix(sums.get(3));
              double norm = rise.frobeniusNorm();
              // A step of fixed length, shrinking as the game goes on.
              double length = settings.learningRate() / Math.sqrt(i);
              projection =
                  Fantope.nearest(
                      projection.plus(rise.scaled(norm == 0 ? 0 : length / norm)), settings.rank());
            }
          }
        }
        if (i * settings.evaluations() / settings.iterations()
            > (i - 1) * settings.evaluations() / settings.iterations()) {
          Found found = score(x, labels, classes, settings, projection, mean);
          if (best == null || found.objective() > best.objective()) {
            best = found;
          }
        }
      }
      return best;
    }
  }

  /** Near k/d times the identity, which is the Fantope's centre. */
  private static Matrix start(int d, int rank, long seed) {
    SplittableRandom random = new SplittableRandom(Seeds.of(seed, "adversary"));
    double[] values = new double[d * d];
    for (int i = 0; i < d; i++) {
      for (int j = 0; j <= i; j++) {
        values[i * d + j] = 1e-3 * (2 * random.nextDouble() - 1);
        values[j * d + i] = values[i * d + j];
      }
    }
    return Fantope.nearest(Matrix.of(d, d, values), rank);
  }

  private static long[] batch(int rows, Settings settings, long seed, int iteration, int part) {
    SplittableRandom random =
        new SplittableRandom(Seeds.of(seed, "adversary-rows", iteration, part));
    return random.longs(Math.min(rows, settings.batchRows()), 0, rows).toArray();
  }

  private static Found score(
      ProbeRows x, int[] labels, int classes, Settings settings, Matrix projection, double[] mean) {
    Matrix basis = SymmetricEigen.of(projection).vectors().rows(0, settings.rank());
    try (ProbeRows left = x.without(new FactoredMatrix(basis.transpose(), basis), mean)) {
      return new Found(
          basis, mean, new LogisticFitter(left, labels, classes).fit(settings.c()).objective());
    }
  }
}
