package dev.microtome.sae.training;

import dev.microtome.optim.Adam;
import java.io.Serializable;

/** Which optimiser trains an SAE. */
public sealed interface OptimizerChoice extends Serializable {
  /** Adam on every parameter. */
  record OfAdam(Adam rule) implements OptimizerChoice {}
}
