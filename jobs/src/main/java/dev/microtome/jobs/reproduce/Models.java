package dev.microtome.jobs.reproduce;

import java.util.List;

/** Names of the models and steps in {@code conf/phase-change.conf}. */
final class Models {
  static final List<String> TWO_LAYERS = List.of("two-layer", "two-layer-again");
  static final String ONE_LAYER = "one-layer";
  static final String SMEARED = "one-layer-smeared";
  static final String ROTARY = "two-layer-rotary";
  static final List<String> SWEEP =
      List.of(ONE_LAYER, SMEARED, TWO_LAYERS.get(0), TWO_LAYERS.get(1), ROTARY);

  /** Those with an earlier and a later head. */
  static final List<String> DEEP = List.of(TWO_LAYERS.get(0), TWO_LAYERS.get(1), ROTARY);

  static final String ZERO_LAYERS = "zero-layer";
  static final String SKIP_TRIGRAM = "skip-trigram-layer";

  private Models() {}
}
