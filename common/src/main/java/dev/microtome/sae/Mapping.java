package dev.microtome.sae;

/** What is rebuilt from what. */
public enum Mapping {
  /** The input itself. */
  AUTOENCODER,

  /** Another hook's activation, of any width. */
  TRANSCODER,

  /** Another hook's activation, with a linear map W_skip [dOut, dIn] beside the features. */
  SKIP_TRANSCODER
}
