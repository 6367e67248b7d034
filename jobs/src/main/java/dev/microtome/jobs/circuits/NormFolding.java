package dev.microtome.jobs.circuits;

import com.fasterxml.jackson.annotation.JsonProperty;
import dev.microtome.model.FrameworkWeights.Folding;

/** What becomes of a model's norms, as users write it. */
public enum NormFolding {
  /** Weights as they are stored. */
  @JsonProperty("none")
  NONE(Folding.NONE),
  /** Multiplied into the matrices that read behind them. */
  @JsonProperty("norms")
  NORMS(Folding.NORMS);

  private final Folding folding;

  NormFolding(Folding folding) {
    this.folding = folding;
  }

  Folding folding() {
    return folding;
  }
}
