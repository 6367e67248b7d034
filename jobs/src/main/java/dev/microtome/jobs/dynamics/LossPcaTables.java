package dev.microtome.jobs.dynamics;

import dev.microtome.dynamics.LargestLoadingRow;
import dev.microtome.dynamics.LossColumnRow;
import dev.microtome.dynamics.LossGramRow;
import dev.microtome.dynamics.LossPcaComponentRow;
import dev.microtome.dynamics.LossPcaLoadingRow;
import dev.microtome.dynamics.LossPcaRow;
import dev.microtome.table.TableSpec;

/** What the job writes, and what passes between its stages. */
final class LossPcaTables {
  static final TableSpec<LossPcaRow> SCORES =
      TableSpec.of("loss_pca", LossPcaRow.class, "Where a checkpoint lies along a component");

  static final TableSpec<LossPcaComponentRow> COMPONENTS =
      TableSpec.of(
          "loss_pca_components",
          LossPcaComponentRow.class,
          "How much of the differences between checkpoints a component explains");

  static final TableSpec<LossPcaLoadingRow> LOADINGS =
      TableSpec.of(
          "loss_pca_loadings", LossPcaLoadingRow.class, "What a token counts in a component");

  static final TableSpec<LossColumnRow> COLUMNS =
      TableSpec.of("_columns", LossColumnRow.class, "The losses of a token, by checkpoint");

  static final TableSpec<LossGramRow> GRAMS =
      TableSpec.of("_gram", LossGramRow.class, "What a part adds to the Gram matrix");

  static final TableSpec<LargestLoadingRow> LARGEST =
      TableSpec.of("_largest", LargestLoadingRow.class, "A part's largest loadings");

  private LossPcaTables() {}
}
