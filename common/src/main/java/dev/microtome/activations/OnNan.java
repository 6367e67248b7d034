package dev.microtome.activations;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What happens to an activation that holds a NaN or an infinity. */
public enum OnNan {
  /** The run ends and names the hook, the sequence and the position. */
  @JsonProperty("fail")
  FAIL,
  /** The values are stored as they are. */
  @JsonProperty("keep")
  KEEP
}
