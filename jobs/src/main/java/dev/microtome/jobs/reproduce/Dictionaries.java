package dev.microtome.jobs.reproduce;

import java.util.List;

/** Names of the steps, dictionaries and labels in {@code conf/monosemanticity.conf}. */
final class Dictionaries {
  static final String NEURONS = "neurons:blocks.0.mlp.hook_post";
  static final String MIDDLE = "x4";

  /** By size, each 4 times the one before. */
  static final List<String> SIZES = List.of("x1", MIDDLE, "x16");

  /** The size of the middle one, with more features a token from one to the next. */
  static final List<String> FRONTIER = List.of("x4-k2", "x4-k4", MIDDLE, "x4-k16");

  static final List<String> LABELS =
      List.of(
          "region=dna",
          "region=base64",
          "region=code",
          "bracket=open",
          "bracket=close",
          "bracket_depth=1",
          "bracket_depth=2",
          "bracket_depth=3",
          "bracket_depth=4",
          "motif=tata_box",
          "in_quotation=true");

  static final String EVALUATION = "evaluation";
  static final String FEATURES = "features";

  /** Of the second model; its dictionaries have these names behind the step's. */
  static final String FEATURES_AGAIN = "features-again";

  static final String HELD_OUT = "held-out";

  private Dictionaries() {}
}
