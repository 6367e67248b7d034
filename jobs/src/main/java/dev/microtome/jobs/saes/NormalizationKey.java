package dev.microtome.jobs.saes;

import dev.microtome.sae.Normalization;

/** What is done to activations before they are encoded, by the names of configurations. */
enum NormalizationKey {
  NONE(Normalization.NONE),
  EXPECTED_AVERAGE_NORM(Normalization.EXPECTED_AVERAGE_NORM),
  CONSTANT_NORM(Normalization.CONSTANT_NORM),
  LAYER_NORM(Normalization.LAYER_NORM);

  private final Normalization meaning;

  NormalizationKey(Normalization meaning) {
    this.meaning = meaning;
  }

  Normalization meaning() {
    return meaning;
  }
}
