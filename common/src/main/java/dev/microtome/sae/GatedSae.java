package dev.microtome.sae;

import ai.djl.ndarray.types.Shape;
import java.util.Map;

/**
 * A gate decides which features fire and a second path how strongly: with h = (x − b_dec)·W_enc,
 * gate = h + b_gate, f = 1[gate > 0]·ReLU(h·exp(r_mag) + b_mag), loss ⟨‖x − x̂(f)‖²⟩ +
 * λ⟨‖ReLU(gate)‖₁⟩ + ⟨‖x − x̂(ReLU(gate))‖²⟩.
 *
 * <p>In the paper the last term's decoder is frozen (no gradient reaches W_dec and b_dec through
 * it) and decoder rows have norm 1. SAELens freezes nothing, leaves the rows free and weights the
 * L1 by their norms.
 *
 * @param l1 λ
 * @see <a href="https://arxiv.org/abs/2404.16014">Rajamanoharan et al. 2024, Gated SAEs</a>
 */
public record GatedSae(double l1, Formulation formulation) implements SaeArchitecture {
  public GatedSae {
    Checks.notNegative("l1", l1);
  }

  /** The paper's. */
  public GatedSae(double l1) {
    this(l1, Formulation.PAPER);
  }

  @Override
  public String name() {
    return "gated";
  }

  @Override
  public PreBias preBias() {
    return PreBias.TIED;
  }

  @Override
  public DecoderNorms decoderNorms() {
    return formulation == Formulation.PAPER ? DecoderNorms.UNIT : DecoderNorms.FREE;
  }

  @Override
  public double sparsity() {
    return l1;
  }

  @Override
  public Encoding encoding() {
    return new Encoding.Gated();
  }

  @Override
  public Map<String, Shape> encoder(int dIn, int dSae) {
    return encoding().tensors(dIn, dSae);
  }

  @Override
  public String script() {
    return "gated";
  }

  @Override
  public Map<String, double[]> constants(int dIn) {
    return Map.of(formulation == Formulation.PAPER ? "frozen" : "decoder_norms", new double[] {1});
  }
}
