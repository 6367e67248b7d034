package dev.microtome.sae.training;

import dev.microtome.sae.Mapping;
import dev.microtome.sae.PreBias;
import java.io.Serializable;
import java.util.List;

/**
 * What an autoencoder or transcoder by {@link SaeTrainer} is, and what its loss has.
 *
 * @param dIn width of what is encoded
 * @param dOut width of what is rebuilt; dIn for an autoencoder
 * @param dSae features
 * @param mapping what is rebuilt from what: a row of a transcoder has its dOut targets behind its
 *     dIn inputs
 * @param k kept features of a row, whole; with {@link Selection#BATCH} on average, with all others
 *     but {@link Selection#ROW} without a meaning
 * @param selection what the kept ones are the largest of
 * @param widths growing, the last one dSae: the first so many features alone must rebuild a row as
 *     well as they can (Matryoshka), each with an error in the loss. One, dSae, without
 * @param lossUnit of the loss
 * @param preBias whether b_dec is subtracted from what is encoded
 * @param penalty of the features
 * @param decoderNorm what is done about the decoder's lengths
 * @param auxiliaryWeight α of AuxK, 0 for none; 1/32 in the paper. With {@link Selection#GATED} the
 *     weight of the error of what the gates rebuild, 1
 * @param auxiliaryK dead features that AuxK keeps of a row
 * @param deadAfterTokens tokens without firing after which a feature is dead
 * @param bandwidth width of the window in which thresholds learn, with {@link Selection#THRESHOLD};
 *     0 without
 */
public record TopKShape(
    int dIn,
    int dOut,
    int dSae,
    Mapping mapping,
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
    requireSides(dIn, dOut, dSae, mapping, preBias);
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
    if (!selection.penalties().contains(penalty)) {
      throw new IllegalArgumentException(
          "penalty is %s with the selection %s, expected one of %s"
              .formatted(penalty, selection, selection.penalties()));
    }
    double weight = selection == Selection.GATED ? 1 : 0;
    if (!selection.keepsLargest()
        && (widths.size() > 1 || lossUnit != LossUnit.ROWS || auxiliaryWeight != weight)) {
      throw new IllegalArgumentException(
          "%s with the widths %s, a loss in %s and an auxiliary weight of %s, expected one width, ROWS and %s"
              .formatted(selection, widths, lossUnit, auxiliaryWeight, weight));
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

  private static void requireSides(int dIn, int dOut, int dSae, Mapping mapping, PreBias preBias) {
    if (dIn < 1 || dOut < 1 || dSae < 1) {
      throw new IllegalArgumentException(
          "dIn is %d, dOut %d and dSae %d, expected 1 or more".formatted(dIn, dOut, dSae));
    }
    if (!fits(Math.max(dIn, dOut), dSae)) {
      throw new IllegalArgumentException(
          "%d × %d weights are more than the %d of one matrix"
              .formatted(Math.max(dIn, dOut), dSae, LARGEST));
    }
    if (mapping == Mapping.AUTOENCODER ? dIn != dOut : preBias == PreBias.TIED) {
      throw new IllegalArgumentException(
          "%s from %d to %d dimensions with the pre-bias %s, expected an autoencoder's widths to be the same and a transcoder's pre-bias to be NONE"
              .formatted(mapping, dIn, dOut, preBias));
    }
  }

  /** Whether one matrix of native memory can hold the weights. */
  static boolean fits(int width, int dSae) {
    return (long) width * dSae <= LARGEST;
  }

  /** Whether something else than what is encoded is rebuilt. */
  boolean transcodes() {
    return mapping != Mapping.AUTOENCODER;
  }

  /** Whether there is a linear map beside the features. */
  boolean skips() {
    return mapping == Mapping.SKIP_TRANSCODER;
  }

  /** Floats of a row: what is encoded, and what is rebuilt if it is another. */
  int rowWidth() {
    return transcodes() ? dIn + dOut : dIn;
  }

  /**
   * Unit decoder rows without parallel gradients, AuxK as in Gao et al. 2024 with at most dIn/2
   * features of a row, dead after 10 million tokens, in fractions of the variance.
   */
  public static TopKShape of(int dIn, int dSae, int k) {
    Draft draft = new Draft(dIn, dSae, Selection.ROW);
    draft.k = k;
    draft.lossUnit = LossUnit.VARIANCE;
    draft.auxiliaryWeight = PAPER_WEIGHT;
    draft.auxiliaryK = Math.max(1, Math.min(Math.min(PAPER_K, dIn / 2), dSae));
    draft.deadAfterTokens = PAPER_WINDOW;
    return draft.shape();
  }

  /** All features above zero, a penalty, and a loss of a row, without AuxK. */
  public static TopKShape ofRelu(
      int dIn, int dSae, PreBias preBias, Penalty penalty, DecoderNorm norm, long deadAfterTokens) {
    Draft draft = new Draft(dIn, dSae, Selection.POSITIVE);
    draft.preBias = preBias;
    draft.penalty = penalty;
    draft.decoderNorm = norm;
    draft.deadAfterTokens = deadAfterTokens;
    return draft.shape();
  }

  /** The features above thresholds of their own, the number of which is penalised. */
  public static TopKShape ofJumpRelu(
      int dIn,
      int dSae,
      PreBias preBias,
      double bandwidth,
      DecoderNorm norm,
      long deadAfterTokens) {
    Draft draft = new Draft(dIn, dSae, Selection.THRESHOLD);
    draft.preBias = preBias;
    draft.penalty = Penalty.NUMBER;
    draft.decoderNorm = norm;
    draft.deadAfterTokens = deadAfterTokens;
    draft.bandwidth = bandwidth;
    return draft.shape();
  }

  /** The features whose gates are open, the gates' sum being penalised. */
  public static TopKShape ofGated(
      int dIn, int dSae, PreBias preBias, DecoderNorm norm, long deadAfterTokens) {
    Draft draft = new Draft(dIn, dSae, Selection.GATED);
    draft.preBias = preBias;
    draft.penalty = Penalty.SUM;
    draft.decoderNorm = norm;
    draft.auxiliaryWeight = 1;
    draft.deadAfterTokens = deadAfterTokens;
    return draft.shape();
  }

  /**
   * The same with k features of a row on average (BatchTopK) and a loss of a row.
   *
   * @param mean k
   */
  public TopKShape ofBatch(double mean) {
    Draft draft = new Draft(this);
    draft.k = mean;
    draft.selection = Selection.BATCH;
    draft.lossUnit = LossUnit.ROWS;
    return draft.shape();
  }

  /** The same with errors of the first features alone. */
  public TopKShape withWidths(List<Integer> newWidths) {
    Draft draft = new Draft(this);
    draft.widths = newWidths;
    return draft.shape();
  }

  /** The same with another treatment of the decoder's lengths. */
  public TopKShape withDecoderNorm(DecoderNorm norm) {
    Draft draft = new Draft(this);
    draft.decoderNorm = norm;
    return draft.shape();
  }

  /** The same with another AuxK. */
  public TopKShape withAuxiliary(double weight, int features, long deadAfter) {
    Draft draft = new Draft(this);
    draft.auxiliaryWeight = weight;
    draft.auxiliaryK = features;
    draft.deadAfterTokens = deadAfter;
    return draft.shape();
  }

  /** The same with another pre-bias. */
  public TopKShape withPreBias(PreBias newPreBias) {
    Draft draft = new Draft(this);
    draft.preBias = newPreBias;
    return draft.shape();
  }

  /**
   * The same as a transcoder, without a pre-bias.
   *
   * @param newMapping not an autoencoder
   */
  public TopKShape transcodingTo(int newDOut, Mapping newMapping) {
    Draft draft = new Draft(this);
    draft.dOut = newDOut;
    draft.mapping = newMapping;
    draft.preBias = PreBias.NONE;
    return draft.shape();
  }

  /** What a shape is made from, one change after the other. */
  private static final class Draft {
    private final int dIn;
    private final int dSae;
    private int dOut;
    private Mapping mapping = Mapping.AUTOENCODER;
    private double k;
    private Selection selection;
    private List<Integer> widths;
    private LossUnit lossUnit = LossUnit.ROWS;
    private PreBias preBias = PreBias.TIED;
    private Penalty penalty = Penalty.NONE;
    private DecoderNorm decoderNorm = DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT;
    private double auxiliaryWeight;
    private int auxiliaryK = 1;
    private long deadAfterTokens;
    private double bandwidth;

    Draft(int dIn, int dSae, Selection selection) {
      this.dIn = dIn;
      this.dSae = dSae;
      this.selection = selection;
      dOut = dIn;
      k = dSae;
      widths = List.of(dSae);
    }

    Draft(TopKShape shape) {
      this(shape.dIn, shape.dSae, shape.selection);
      dOut = shape.dOut;
      mapping = shape.mapping;
      k = shape.k;
      widths = shape.widths;
      lossUnit = shape.lossUnit;
      preBias = shape.preBias;
      penalty = shape.penalty;
      decoderNorm = shape.decoderNorm;
      auxiliaryWeight = shape.auxiliaryWeight;
      auxiliaryK = shape.auxiliaryK;
      deadAfterTokens = shape.deadAfterTokens;
      bandwidth = shape.bandwidth;
    }

    TopKShape shape() {
      return new TopKShape(
          dIn,
          dOut,
          dSae,
          mapping,
          k,
          selection,
          widths,
          lossUnit,
          preBias,
          penalty,
          decoderNorm,
          auxiliaryWeight,
          auxiliaryK,
          deadAfterTokens,
          bandwidth);
    }
  }
}
