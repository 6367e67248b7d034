package dev.microtome.jobs.activations;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Type of the column that holds the vectors. */
public enum Encoding {
  /** BINARY. */
  @JsonProperty("binary")
  BINARY,
  /** ARRAY&lt;FLOAT&gt;. */
  @JsonProperty("array")
  ARRAY
}
