package dev.microtome.sae;

import java.io.Serializable;
import java.util.Map;

/**
 * What revives dead features of TopK and its kin (AuxK): the largest of the dead rebuild the error
 * e = x − x̂ that the others leave, without b_dec, and coefficient·⟨‖e − ê‖²⟩ joins the loss. No
 * gradient flows through e. A feature is dead by a mask that the trainer gives.
 *
 * <p>In the paper ê is built of ReLU(h). SAELens lets negative h count and multiplies the loss by
 * min(dead / k, 1).
 *
 * @param coefficient 1/32 in the paper, 1 in SAELens; 0 for none
 * @param k features at most; 0 for half of dIn, as in SAELens
 * @see <a href="https://arxiv.org/abs/2406.04093">Gao et al. 2024, appendix A.2</a>
 */
public record Auxiliary(double coefficient, int k, Formulation formulation)
    implements Serializable {

  /** k = 512, coefficient 1/32. */
  public static final Auxiliary PAPER = new Auxiliary(1.0 / 32, 512, Formulation.PAPER);

  /** k = dIn / 2, coefficient 1. */
  public static final Auxiliary SAE_LENS = new Auxiliary(1, 0, Formulation.SAE_LENS);

  public Auxiliary {
    Checks.notNegative("auxiliary coefficient", coefficient);
    if (k < 0) {
      throw new IllegalArgumentException(
          "auxiliary k is %d, expected a number from 0".formatted(k));
    }
  }

  /** The same with another coefficient. */
  public Auxiliary with(double newCoefficient) {
    return new Auxiliary(newCoefficient, k, formulation);
  }

  /** Features at most, for inputs of that width. */
  public int features(int dIn) {
    return k > 0 ? k : Math.max(1, dIn / 2);
  }

  void addTo(Map<String, double[]> constants, int dIn) {
    constants.put("auxiliary", new double[] {coefficient});
    constants.put("auxiliary_k", new double[] {features(dIn)});
    constants.put(
        formulation == Formulation.PAPER ? "auxiliary_relu" : "auxiliary_scaled", new double[] {1});
  }
}
