package dev.microtome.sae;

import ai.djl.ndarray.types.Shape;
import java.util.Map;

/**
 * What a finished SAE is: everything but its weights.
 *
 * @param dIn width of what is encoded
 * @param dOut width of what is rebuilt; dIn for an autoencoder
 * @param dSae features
 * @param normalization of the input; EXPECTED_AVERAGE_NORM is folded before there is a form
 * @param source which activations it was made for
 */
public record SaeForm(
    Encoding encoding,
    int dIn,
    int dOut,
    int dSae,
    Mapping mapping,
    PreBias preBias,
    Normalization normalization,
    SaeSource source) {

  /**
   * Checks that the pieces fit.
   *
   * @throws IllegalArgumentException if a width is not positive, k is beyond dSae, an autoencoder's
   *     widths differ, a transcoder has a tied bias, or a factor is not folded
   */
  public SaeForm {
    SaeConfig.requireWidths(dIn, dOut, dSae, mapping, preBias);
    if (encoding instanceof Encoding.TopK top && top.k() > dSae) {
      throw new IllegalArgumentException(
          "k is %d with %d features, expected at most as many".formatted(top.k(), dSae));
    }
    if (normalization == Normalization.EXPECTED_AVERAGE_NORM) {
      throw new IllegalArgumentException(
          "a finished SAE has its average-norm factor folded into the weights");
    }
  }

  /** Names and shapes of its tensors, SAELens's, in the order of a file. */
  public Map<String, Shape> tensors() {
    Map<String, Shape> shapes = encoding.tensors(dIn, dSae);
    shapes.put("W_dec", new Shape(dSae, dOut));
    shapes.put("b_dec", new Shape(dOut));
    if (mapping == Mapping.SKIP_TRANSCODER) {
      shapes.put("W_skip", new Shape(dOut, dIn));
    }
    return shapes;
  }
}
