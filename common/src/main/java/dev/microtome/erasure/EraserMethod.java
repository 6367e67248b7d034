package dev.microtome.erasure;

/** Which projection removes the concept. */
public enum EraserMethod {
  /** The one that moves activations least in squared distance. */
  LEACE,

  /** The orthogonal one: the covariance of the activations plays no part. */
  ORTH
}
