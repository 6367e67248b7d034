package dev.microtome.sae;

import ai.djl.ndarray.NDArray;
import dev.microtome.stats.Seeds;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/**
 * Gives dead features new weights, as <em>Towards Monosemanticity</em> does: at steps 25,000,
 * 50,000, 75,000 and 100,000, features that did not fire in the 12,500 steps before take the
 * direction of inputs that are rebuilt badly. The loss is computed on 819,200 inputs, an input is
 * drawn for each dead feature with a probability proportional to its squared loss, its direction
 * becomes the feature's decoder row with norm 1 and, with 0.2 times the mean norm of living
 * features' encoder columns, its encoder column; the encoder's bias becomes 0, and the optimiser
 * forgets what it knew of all of these.
 *
 * <p>A pure function of losses, inputs and seed. Inputs are drawn with replacement.
 *
 * @see <a
 *     href="https://transformer-circuits.pub/2023/monosemantic-features#appendix-autoencoder-resampling">
 *     Bricken et al. 2023, Neuron Resampling</a>
 */
public final class Resampling {
  /** Steps at which it happens. */
  public static final List<Long> STEPS = List.of(25_000L, 50_000L, 75_000L, 100_000L);

  /** Steps without firing that make a feature dead. */
  public static final long DEAD_AFTER_STEPS = 12_500;

  /** Inputs whose losses are looked at. */
  public static final int INPUTS = 819_200;

  /** Norm of a new encoder column in mean norms of living ones. */
  public static final double ENCODER_NORM = 0.2;

  private static final String WITHOUT_DIRECTION = "a drawn input is all zeros and has no direction";

  private Resampling() {}

  /**
   * Probability of each input: losses² / Σ losses².
   *
   * @param losses of inputs, each the squared error and its penalty
   * @throws IllegalArgumentException if one is negative or not finite, or all are 0
   */
  public static double[] probabilities(double[] losses) {
    double largest = 0;
    for (int i = 0; i < losses.length; i++) {
      if (!(losses[i] >= 0 && Double.isFinite(losses[i]))) {
        throw new IllegalArgumentException(
            "loss of input %d is %s, expected a number from 0".formatted(i, losses[i]));
      }
      largest = Math.max(largest, losses[i]);
    }
    if (largest == 0) {
      throw new IllegalArgumentException(
          "all %d losses are 0: there is nothing to resample by".formatted(losses.length));
    }
    double sum = 0;
    double[] probabilities = new double[losses.length];
    for (int i = 0; i < losses.length; i++) {
      // Losses relative to the largest, whose square cannot overflow.
      probabilities[i] = losses[i] / largest * (losses[i] / largest);
      sum += probabilities[i];
    }
    for (int i = 0; i < losses.length; i++) {
      probabilities[i] /= sum;
    }
    return probabilities;
  }

  /**
   * Draws an input for each dead feature.
   *
   * @param dead features, by index
   * @param seed of the run
   * @param step at which this happens
   * @return indices of inputs, one a dead feature; a feature's draw depends on seed, step and the
   *     feature alone
   */
  public static int[] draw(double[] losses, int[] dead, long seed, long step) {
    double[] cumulative = probabilities(losses);
    for (int i = 1; i < cumulative.length; i++) {
      cumulative[i] += cumulative[i - 1];
    }
    double whole = cumulative[cumulative.length - 1];
    int[] drawn = new int[dead.length];
    for (int i = 0; i < dead.length; i++) {
      Random random = new Random(Seeds.of(seed, "resample", step, dead[i]));
      drawn[i] = firstAbove(cumulative, random.nextDouble() * whole);
    }
    return drawn;
  }

  /** The first entry above a value below the last one: never an input of probability 0. */
  private static int firstAbove(double[] cumulative, double value) {
    int at = Arrays.binarySearch(cumulative, value);
    int next = at >= 0 ? at + 1 : -at - 1;
    while (cumulative[next] <= value) {
      next++;
    }
    return next;
  }

  /**
   * Writes the new weights over the old ones.
   *
   * @param encoder W_enc [dIn, dSae], changed in place
   * @param bias b_enc [dSae], changed in place
   * @param decoder W_dec [dSae, dIn], changed in place
   * @param dead features, by index
   * @param inputs [dead, dIn], the drawn one of each
   * @throws IllegalArgumentException if nobody is alive, or an input is all zeros
   */
  public static void applyInPlace(
      NDArray encoder, NDArray bias, NDArray decoder, int[] dead, NDArray inputs) {
    if (dead.length == 0) {
      return;
    }
    requireSomeAlive(dead, bias.getShape().get(0));
    try (NDArray indices =
        inputs.getManager().create(Arrays.stream(dead).asLongStream().toArray())) {
      if (SaeKernels.smallestNorm(inputs.getManager(), inputs) == 0) {
        throw new IllegalArgumentException(WITHOUT_DIRECTION);
      }
      SaeKernels.resampleInPlace(encoder, bias, decoder, indices, inputs, ENCODER_NORM);
    }
  }

  /**
   * Writes the new weights over the old ones, which are rows of features.
   *
   * @param encoder [dSae, dIn], changed in place
   * @param bias b_enc [dSae], changed in place
   * @param decoder W_dec [dSae, dIn], changed in place
   * @param dead features, by index
   * @param inputs the drawn one of each
   * @throws IllegalArgumentException if nobody is alive, or an input is all zeros
   */
  public static void applyInPlace(
      float[][] encoder, float[] bias, float[][] decoder, int[] dead, float[][] inputs) {
    if (dead.length == 0) {
      return;
    }
    requireSomeAlive(dead, bias.length);
    boolean[] isDead = new boolean[bias.length];
    for (int feature : dead) {
      isDead[feature] = true;
    }
    double sum = 0;
    for (int i = 0; i < encoder.length; i++) {
      sum += isDead[i] ? 0 : norm(encoder[i]);
    }
    double length = ENCODER_NORM * sum / (bias.length - dead.length);
    for (int i = 0; i < dead.length; i++) {
      double norm = norm(inputs[i]);
      if (norm == 0) {
        throw new IllegalArgumentException(WITHOUT_DIRECTION);
      }
      for (int j = 0; j < inputs[i].length; j++) {
        decoder[dead[i]][j] = (float) (inputs[i][j] / norm);
        encoder[dead[i]][j] = (float) (length * inputs[i][j] / norm);
      }
      bias[dead[i]] = 0;
    }
  }

  private static double norm(float[] row) {
    double square = 0;
    for (float value : row) {
      square += (double) value * value;
    }
    return Math.sqrt(square);
  }

  private static void requireSomeAlive(int[] dead, long features) {
    if (dead.length >= features) {
      throw new IllegalArgumentException(
          "all %d features are dead: none has a norm to go by".formatted(dead.length));
    }
  }

  /**
   * Sets to 0 what an optimiser knows of resampled features.
   *
   * @param encoderSum a running sum of W_enc's shape
   * @param biasSum of b_enc's
   * @param decoderSum of W_dec's
   */
  public static void forgetInPlace(
      NDArray encoderSum, NDArray biasSum, NDArray decoderSum, int[] dead) {
    if (dead.length == 0) {
      return;
    }
    try (NDArray indices =
        biasSum.getManager().create(Arrays.stream(dead).asLongStream().toArray())) {
      SaeKernels.forgetInPlace(encoderSum, biasSum, decoderSum, indices);
    }
  }
}
