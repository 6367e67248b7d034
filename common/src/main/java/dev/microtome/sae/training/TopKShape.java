package dev.microtome.sae.training;

import java.io.Serializable;

/**
 * What a TopK autoencoder is and what its loss has.
 *
 * @param dIn width of a row
 * @param dSae features
 * @param k kept features of a row
 * @param decoderNorm what is done about the decoder's lengths
 * @param auxiliaryWeight α of AuxK, 0 for none; 1/32 in the paper
 * @param auxiliaryK dead features that AuxK keeps of a row
 * @param deadAfterTokens tokens without firing after which a feature is dead
 */
public record TopKShape(
    int dIn,
    int dSae,
    int k,
    DecoderNorm decoderNorm,
    double auxiliaryWeight,
    int auxiliaryK,
    long deadAfterTokens)
    implements Serializable {
  /** Floats that a view of native memory holds. */
  private static final long LARGEST = Integer.MAX_VALUE / Float.BYTES;

  private static final double PAPER_WEIGHT = 1.0 / 32;
  private static final int PAPER_K = 512;
  private static final long PAPER_WINDOW = 10_000_000;

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public TopKShape {
    if (dIn < 1 || dSae < 1) {
      throw new IllegalArgumentException(
          "dIn is %d and dSae %d, expected 1 or more".formatted(dIn, dSae));
    }
    if ((long) dIn * dSae > LARGEST) {
      throw new IllegalArgumentException(
          "%d × %d weights are more than the %d of one matrix".formatted(dIn, dSae, LARGEST));
    }
    if (k < 1 || k > dSae) {
      throw new IllegalArgumentException(
          "k is %d, expected 1 to the number of features, %d".formatted(k, dSae));
    }
    if (!(auxiliaryWeight >= 0 && Double.isFinite(auxiliaryWeight))) {
      throw new IllegalArgumentException(
          "auxiliaryWeight is %s, expected a number from 0".formatted(auxiliaryWeight));
    }
    if (auxiliaryK < 1 || auxiliaryK > dSae) {
      throw new IllegalArgumentException(
          "auxiliaryK is %d, expected 1 to the number of features, %d".formatted(auxiliaryK, dSae));
    }
    if (deadAfterTokens < 1) {
      throw new IllegalArgumentException(
          "deadAfterTokens is %d, expected 1 or more".formatted(deadAfterTokens));
    }
  }

  /**
   * Unit decoder rows without parallel gradients, AuxK as in Gao et al. 2024 with at most dIn/2
   * features of a row, dead after 10 million tokens.
   */
  public static TopKShape of(int dIn, int dSae, int k) {
    return new TopKShape(
        dIn,
        dSae,
        k,
        DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT,
        PAPER_WEIGHT,
        Math.max(1, Math.min(Math.min(PAPER_K, dIn / 2), dSae)),
        PAPER_WINDOW);
  }

  /** The same with another treatment of the decoder's lengths. */
  public TopKShape withDecoderNorm(DecoderNorm norm) {
    return new TopKShape(dIn, dSae, k, norm, auxiliaryWeight, auxiliaryK, deadAfterTokens);
  }

  /** The same with another AuxK. */
  public TopKShape withAuxiliary(double weight, int features, long deadAfter) {
    return new TopKShape(dIn, dSae, k, decoderNorm, weight, features, deadAfter);
  }
}
