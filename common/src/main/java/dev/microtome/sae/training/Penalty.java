package dev.microtome.sae.training;

/** What is penalised of the features of a row. */
public enum Penalty {
  /** Nothing. */
  NONE,

  /** How many there are. */
  NUMBER,

  /** Their sum. */
  SUM,

  /** Their sum, each times the norm of its decoder row. */
  BY_DECODER_NORMS
}
