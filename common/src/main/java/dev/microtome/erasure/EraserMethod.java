package dev.microtome.erasure;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which projection removes the concept. */
public enum EraserMethod {
  /** The one that moves activations least in squared distance. */
  @JsonProperty("leace")
  LEACE,

  /** The orthogonal one: the covariance of the activations plays no part. */
  @JsonProperty("orth")
  ORTHOGONAL
}
