package dev.microtome.jobs.probes;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Erasers that are compared. */
public enum ErasureKind {
  /** The least-squares one, fitted to the rows that probes are fitted to. */
  @JsonProperty("leace")
  LEACE,

  /** The orthogonal projection that makes class means equal. */
  @JsonProperty("orthogonal")
  ORTHOGONAL,

  /** The projection along the largest class's mean alone. */
  @JsonProperty("mean")
  MEAN,

  /** Iterated null-space projection. */
  @JsonProperty("inlp")
  INLP,

  /** Relaxed linear adversarial concept erasure. */
  @JsonProperty("rlace")
  RLACE
}
