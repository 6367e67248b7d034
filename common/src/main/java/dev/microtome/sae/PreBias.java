package dev.microtome.sae;

/** Whether the decoder's bias is subtracted from what is encoded. */
public enum PreBias {
  /** x − b_dec is encoded. */
  TIED,

  /** x is encoded as it is. */
  NONE
}
