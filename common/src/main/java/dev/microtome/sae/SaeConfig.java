package dev.microtome.sae;

import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What one SAE is trained to be.
 *
 * @param architecture its features and loss, with their numbers
 * @param dIn width of what is encoded
 * @param dOut width of what is rebuilt; dIn for an autoencoder
 * @param dSae features, 1 to 256 times dIn
 * @param preBias whether b_dec is subtracted from the input
 * @param normalization of the activations; losses are those of normalised ones
 */
public record SaeConfig(
    SaeArchitecture architecture,
    int dIn,
    int dOut,
    int dSae,
    Mapping mapping,
    PreBias preBias,
    Normalization normalization)
    implements Serializable {

  /** More features for an input's dimension than any published SAE has. */
  public static final int MOST_EXPANSION = 256;

  /**
   * Checks that the pieces fit.
   *
   * @throws IllegalArgumentException if a width is not positive, dSae is not 1 to 256 times dIn, an
   *     autoencoder's widths differ, a transcoder has a tied bias, or the architecture cannot be of
   *     this size
   */
  public SaeConfig {
    requireWidths(dIn, dOut, dSae, mapping, preBias);
    if (dSae < dIn || dSae > (long) MOST_EXPANSION * dIn) {
      throw new IllegalArgumentException(
          "%d features for a width of %d, expected 1 to %d times the width"
              .formatted(dSae, dIn, MOST_EXPANSION));
    }
    architecture.check(dIn, dSae);
  }

  static void requireWidths(int dIn, int dOut, int dSae, Mapping mapping, PreBias preBias) {
    if (dIn < 1 || dOut < 1 || dSae < 1) {
      throw new IllegalArgumentException(
          "widths are %d, %d and %d features, expected positive ones".formatted(dIn, dOut, dSae));
    }
    if (mapping == Mapping.AUTOENCODER && dIn != dOut) {
      throw new IllegalArgumentException(
          "an autoencoder from %d to %d dimensions, expected the same".formatted(dIn, dOut));
    }
    if (mapping != Mapping.AUTOENCODER && preBias == PreBias.TIED) {
      throw new IllegalArgumentException(
          "a transcoder's b_dec belongs to its output and cannot be subtracted from its input");
    }
  }

  /** An autoencoder with the architecture's own pre-bias and no normalisation. */
  public static SaeConfig of(SaeArchitecture architecture, int dIn, int dSae) {
    return new SaeConfig(
        architecture,
        dIn,
        dIn,
        dSae,
        Mapping.AUTOENCODER,
        architecture.preBias(),
        Normalization.NONE);
  }

  /** The same as a transcoder to {@code newDOut} dimensions. */
  public SaeConfig transcodingTo(int newDOut) {
    return new SaeConfig(
        architecture, dIn, newDOut, dSae, Mapping.TRANSCODER, PreBias.NONE, normalization);
  }

  /** The same with a linear map beside the features. */
  public SaeConfig skippingTo(int newDOut) {
    return new SaeConfig(
        architecture, dIn, newDOut, dSae, Mapping.SKIP_TRANSCODER, PreBias.NONE, normalization);
  }

  /** The same with another pre-bias than the architecture's own. */
  public SaeConfig with(PreBias newPreBias) {
    return new SaeConfig(architecture, dIn, dOut, dSae, mapping, newPreBias, normalization);
  }

  /** The same on activations normalised so. */
  public SaeConfig with(Normalization newNormalization) {
    return new SaeConfig(architecture, dIn, dOut, dSae, mapping, preBias, newNormalization);
  }

  /** Names and shapes of what is trained, SAELens's names. */
  public Map<String, Shape> parameters() {
    Map<String, Shape> shapes = new LinkedHashMap<>(architecture.encoder(dIn, dSae));
    shapes.put("W_dec", new Shape(dSae, dOut));
    shapes.put("b_dec", new Shape(dOut));
    if (mapping == Mapping.SKIP_TRANSCODER) {
      shapes.put("W_skip", new Shape(dOut, dIn));
    }
    return shapes;
  }
}
