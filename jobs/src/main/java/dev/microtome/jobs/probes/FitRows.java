package dev.microtome.jobs.probes;

import com.fasterxml.jackson.annotation.JsonProperty;

/** Which rows probes are fitted to. */
public enum FitRows {
  /** Some, in memory. */
  @JsonProperty("sample")
  SAMPLE,

  /** Every one, by passes over the cluster. */
  @JsonProperty("all")
  ALL
}
