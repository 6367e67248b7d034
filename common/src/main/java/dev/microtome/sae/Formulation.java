package dev.microtome.sae;

/** Whose form of a loss is meant where a paper and its best known implementation differ. */
public enum Formulation {
  /** The paper's, the default everywhere. */
  PAPER,

  /** That of SAELens 6.54, to the last digits. */
  SAE_LENS
}
