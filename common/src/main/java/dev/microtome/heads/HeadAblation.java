package dev.microtome.heads;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What becomes of a head that is knocked out. */
public enum HeadAblation {
  /** Its output is 0; all that comes later sees that. The full ablation of Olsson et al. (2022). */
  @JsonProperty("zero")
  ZERO("zero"),
  /** Its mixed values z are their mean over all tokens of the reference sequences. */
  @JsonProperty("mean")
  MEAN("mean"),
  /**
   * Its output is 0, while the attention patterns of all heads stay what they are in the unchanged
   * run: what it does to later values and to the logits is gone, what it does to later queries and
   * keys stays. The ablation that Olsson et al. (2022) show.
   */
  @JsonProperty("pattern-preserving")
  PATTERN_PRESERVING("pattern_preserving");

  private final String label;

  HeadAblation(String label) {
    this.label = label;
  }

  /** The ablation's name in tables. */
  public String label() {
    return label;
  }
}
