package dev.microtome.sae;

import ai.djl.ndarray.types.Shape;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How a finished SAE's features follow from h = x·W_enc + b: all that training leaves of an
 * architecture.
 */
public sealed interface Encoding extends Serializable {

  /** Names and shapes of the encoder's tensors. */
  Map<String, Shape> tensors(int dIn, int dSae);

  /** f = ReLU(h). */
  record Relu() implements Encoding {
    @Override
    public Map<String, Shape> tensors(int dIn, int dSae) {
      return biased(dIn, dSae);
    }
  }

  /** f = 1[h + b_gate > 0] · ReLU(h·exp(r_mag) + b_mag), with h = x·W_enc. */
  record Gated() implements Encoding {
    @Override
    public Map<String, Shape> tensors(int dIn, int dSae) {
      Map<String, Shape> shapes = new LinkedHashMap<>();
      shapes.put("W_enc", new Shape(dIn, dSae));
      shapes.put("b_gate", new Shape(dSae));
      shapes.put("r_mag", new Shape(dSae));
      shapes.put("b_mag", new Shape(dSae));
      return shapes;
    }
  }

  /**
   * f = h where it is one of the k largest of its row and above 0.
   *
   * @param k features at most
   * @param norms FREE, or IN_FEATURES for h·‖W_dec‖; UNIT is the same as FREE here
   */
  record TopK(int k, DecoderNorms norms) implements Encoding {
    public TopK {
      if (k < 1) {
        throw new IllegalArgumentException("k is %d, expected 1 or more".formatted(k));
      }
    }

    @Override
    public Map<String, Shape> tensors(int dIn, int dSae) {
      return biased(dIn, dSae);
    }
  }

  /** f = ReLU(h) where h is above the feature's threshold. */
  record JumpRelu() implements Encoding {
    @Override
    public Map<String, Shape> tensors(int dIn, int dSae) {
      Map<String, Shape> shapes = biased(dIn, dSae);
      shapes.put("threshold", new Shape(dSae));
      return shapes;
    }
  }

  private static Map<String, Shape> biased(int dIn, int dSae) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put("W_enc", new Shape(dIn, dSae));
    shapes.put("b_enc", new Shape(dSae));
    return shapes;
  }
}
