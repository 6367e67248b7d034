package dev.microtome.jobs.circuits;

import dev.microtome.circuits.BigramFitRow;
import dev.microtome.circuits.BigramRow;
import dev.microtome.circuits.CircuitScoreRow;
import dev.microtome.circuits.CompositionRow;
import dev.microtome.circuits.SkipTrigramRow;
import dev.microtome.circuits.VirtualHeadRow;
import dev.microtome.table.TableSpec;

/** What the job writes. */
final class FrameworkTables {
  static final TableSpec<BigramRow> BIGRAMS =
      TableSpec.of(
          "bigrams", BigramRow.class, "A likely successor of a token on the direct path W_E·W_U");

  static final TableSpec<BigramFitRow> BIGRAM_FIT =
      TableSpec.of(
          "bigram_fit",
          BigramFitRow.class,
          "How far the bigrams of one source are from the corpus's; written where true-bigrams are given");

  static final TableSpec<CircuitScoreRow> SCORES =
      TableSpec.of("circuit_scores", CircuitScoreRow.class, "One number about a head's weights");

  static final TableSpec<CompositionRow> COMPOSITION =
      TableSpec.of(
          "composition",
          CompositionRow.class,
          "How much of what one head writes another one of a later layer reads");

  static final TableSpec<VirtualHeadRow> VIRTUAL_HEADS =
      TableSpec.of("virtual_heads", VirtualHeadRow.class, "Two heads of two layers seen as one");

  static final TableSpec<SkipTrigramRow> SKIP_TRIGRAMS =
      TableSpec.of("skip_trigrams", SkipTrigramRow.class, "A strong skip-trigram of a head");

  private FrameworkTables() {}
}
