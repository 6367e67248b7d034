package dev.microtome.sae.training;

import dev.microtome.sae.PreBias;
import java.io.Serializable;
import java.util.List;

/**
 * What an autoencoder by {@link SaeTrainer} is, and what its loss has.
 *
 * @param dIn width of a row
 * @param dSae features
 * @param k kept features of a row, whole; with {@link Selection#BATCH} on average, with {@link
 *     Selection#POSITIVE} and {@link Selection#THRESHOLD} without a meaning
 * @param selection what the kept ones are the largest of
 * @param widths growing, the last one dSae: the first so many features alone must rebuild a row as
 *     well as they can (Matryoshka), each with an error in the loss. One, dSae, without
 * @param lossUnit of the loss
 * @param preBias whether b_dec is subtracted from what is encoded
 * @param penalty of the features
 * @param decoderNorm what is done about the decoder's lengths
 * @param auxiliaryWeight α of AuxK, 0 for none; 1/32 in the paper
 * @param auxiliaryK dead features that AuxK keeps of a row
 * @param deadAfterTokens tokens without firing after which a feature is dead
 * @param bandwidth width of the window in which thresholds learn, with {@link Selection#THRESHOLD};
 *     0 without
 */
public record TopKShape(
    int dIn,
    int dSae,
    double k,
    Selection selection,
    List<Integer> widths,
    LossUnit lossUnit,
    PreBias preBias,
    Penalty penalty,
    DecoderNorm decoderNorm,
    double auxiliaryWeight,
    int auxiliaryK,
    long deadAfterTokens,
    double bandwidth)
    implements Serializable {
  /** Floats that a view of native memory holds. */
  static final long LARGEST = Integer.MAX_VALUE / Float.BYTES;

  private static final double PAPER_WEIGHT = 1.0 / 32;
  private static final int PAPER_K = 512;
  private static final long PAPER_WINDOW = 10_000_000;

  /**
   * Checks the sizes.
   *
   * @throws IllegalArgumentException if one is out of its range
   */
  public TopKShape {
    widths = List.copyOf(widths);
    if (dIn < 1 || dSae < 1) {
      throw new IllegalArgumentException(
          "dIn is %d and dSae %d, expected 1 or more".formatted(dIn, dSae));
    }
    if (!fits(dIn, dSae)) {
      throw new IllegalArgumentException(
          "%d × %d weights are more than the %d of one matrix".formatted(dIn, dSae, LARGEST));
    }
    if (selection == Selection.ROW && !(k >= 1 && k <= dSae && k == (int) k)) {
      throw new IllegalArgumentException(
          "k is %s, expected a whole number from 1 to the number of features, %d"
              .formatted(k, dSae));
    }
    if (!(k > 0 && k <= dSae)) {
      throw new IllegalArgumentException(
          "k is %s, expected more than 0 and at most the number of features, %d"
              .formatted(k, dSae));
    }
    boolean relu = selection == Selection.POSITIVE || selection == Selection.THRESHOLD;
    if (relu && (widths.size() > 1 || lossUnit != LossUnit.ROWS || auxiliaryWeight > 0)) {
      throw new IllegalArgumentException(
          "a ReLU with the widths %s, a loss in %s and AuxK's weight %s, expected one width, ROWS and 0"
              .formatted(widths, lossUnit, auxiliaryWeight));
    }
    if (!relu && (preBias != PreBias.TIED || penalty != Penalty.NONE)) {
      throw new IllegalArgumentException(
          "pre-bias is %s and penalty %s, expected TIED and NONE where k features are kept"
              .formatted(preBias, penalty));
    }
    if ((selection == Selection.THRESHOLD) != (bandwidth > 0)) {
      throw new IllegalArgumentException(
          "bandwidth is %s with the selection %s, expected a number above 0 with THRESHOLD alone"
              .formatted(bandwidth, selection));
    }
    if (widths.isEmpty() || widths.get(widths.size() - 1) != dSae) {
      throw new IllegalArgumentException(
          "widths are %s, expected the last to be all %d features".formatted(widths, dSae));
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

  /** Whether one matrix of native memory can hold the weights. */
  static boolean fits(int dIn, int dSae) {
    return (long) dIn * dSae <= LARGEST;
  }

  /**
   * Unit decoder rows without parallel gradients, AuxK as in Gao et al. 2024 with at most dIn/2
   * features of a row, dead after 10 million tokens, in fractions of the variance.
   */
  public static TopKShape of(int dIn, int dSae, int k) {
    return new TopKShape(
        dIn,
        dSae,
        k,
        Selection.ROW,
        List.of(dSae),
        LossUnit.VARIANCE,
        PreBias.TIED,
        Penalty.NONE,
        DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT,
        PAPER_WEIGHT,
        Math.max(1, Math.min(Math.min(PAPER_K, dIn / 2), dSae)),
        PAPER_WINDOW,
        0);
  }

  /**
   * The same with k features of a row on average (BatchTopK) and a loss of a row.
   *
   * @param mean k
   */
  public TopKShape ofBatch(double mean) {
    return new TopKShape(
        dIn,
        dSae,
        mean,
        Selection.BATCH,
        widths,
        LossUnit.ROWS,
        preBias,
        penalty,
        decoderNorm,
        auxiliaryWeight,
        auxiliaryK,
        deadAfterTokens,
        bandwidth);
  }

  /** All features above zero, a penalty, and a loss of a row, without AuxK. */
  public static TopKShape ofRelu(
      int dIn, int dSae, PreBias preBias, Penalty penalty, DecoderNorm norm, long deadAfterTokens) {
    return new TopKShape(
        dIn,
        dSae,
        dSae,
        Selection.POSITIVE,
        List.of(dSae),
        LossUnit.ROWS,
        preBias,
        penalty,
        norm,
        0,
        1,
        deadAfterTokens,
        0);
  }

  /** The features above thresholds of their own, the number of which is penalised. */
  public static TopKShape ofJumpRelu(
      int dIn,
      int dSae,
      PreBias preBias,
      double bandwidth,
      DecoderNorm norm,
      long deadAfterTokens) {
    return new TopKShape(
        dIn,
        dSae,
        dSae,
        Selection.THRESHOLD,
        List.of(dSae),
        LossUnit.ROWS,
        preBias,
        Penalty.NUMBER,
        norm,
        0,
        1,
        deadAfterTokens,
        bandwidth);
  }

  /** The same with errors of the first features alone. */
  public TopKShape withWidths(List<Integer> newWidths) {
    return new TopKShape(
        dIn,
        dSae,
        k,
        selection,
        newWidths,
        lossUnit,
        preBias,
        penalty,
        decoderNorm,
        auxiliaryWeight,
        auxiliaryK,
        deadAfterTokens,
        bandwidth);
  }

  /** The same with another treatment of the decoder's lengths. */
  public TopKShape withDecoderNorm(DecoderNorm norm) {
    return new TopKShape(
        dIn,
        dSae,
        k,
        selection,
        widths,
        lossUnit,
        preBias,
        penalty,
        norm,
        auxiliaryWeight,
        auxiliaryK,
        deadAfterTokens,
        bandwidth);
  }

  /** The same with another AuxK. */
  public TopKShape withAuxiliary(double weight, int features, long deadAfter) {
    return new TopKShape(
        dIn,
        dSae,
        k,
        selection,
        widths,
        lossUnit,
        preBias,
        penalty,
        decoderNorm,
        weight,
        features,
        deadAfter,
        bandwidth);
  }
}
