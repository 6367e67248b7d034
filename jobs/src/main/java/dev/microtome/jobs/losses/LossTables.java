package dev.microtome.jobs.losses;

import dev.microtome.dynamics.LossByPositionRow;
import dev.microtome.dynamics.LossMomentsRow;
import dev.microtome.dynamics.TokenLossRow;
import dev.microtome.table.TableSpec;

/** What the job writes. */
final class LossTables {
  static final TableSpec<TokenLossRow> TOKENS =
      TableSpec.of(
          "token_losses", TokenLossRow.class, "The loss of one token under one checkpoint");

  static final TableSpec<LossByPositionRow> POSITIONS =
      TableSpec.of(
          "loss_by_position",
          LossByPositionRow.class,
          "The mean loss of all tokens at one position under one checkpoint");

  /**
   * What the parts' means by position are merged from, also by a later run that takes parts over.
   */
  static final TableSpec<LossMomentsRow> MOMENTS =
      TableSpec.of(
          "loss_moments",
          LossMomentsRow.class,
          "Moments of the losses at one position in a part of the sequences");

  private LossTables() {}
}
