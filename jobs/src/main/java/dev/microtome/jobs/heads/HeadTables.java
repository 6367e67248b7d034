package dev.microtome.jobs.heads;

import dev.microtome.heads.HeadAblationRow;
import dev.microtome.heads.HeadScoreRow;
import dev.microtome.heads.HeadSetAblationRow;
import dev.microtome.heads.InContextRow;
import dev.microtome.heads.PositionSlopeRow;
import dev.microtome.heads.RepeatPredictionRow;
import dev.microtome.heads.TrainingSlopeRow;
import dev.microtome.table.TableSpec;

/** What the job writes. */
final class HeadTables {
  static final TableSpec<HeadScoreRow> SCORES =
      TableSpec.of("head_scores", HeadScoreRow.class, "One score of a head of a checkpoint");

  static final TableSpec<RepeatPredictionRow> PREDICTIONS =
      TableSpec.of(
          "repeat_predictions",
          RepeatPredictionRow.class,
          "How well a checkpoint predicts a repetition of the examples that heads are scored on");

  static final TableSpec<InContextRow> IN_CONTEXT =
      TableSpec.of(
          "in_context_learning",
          InContextRow.class,
          "The in-context-learning score of a checkpoint; written where tokens are given");

  static final TableSpec<PositionSlopeRow> SLOPES =
      TableSpec.of(
          "loss_by_log_position",
          PositionSlopeRow.class,
          "The loss of a checkpoint at a position and its slope; written where tokens are given");

  static final TableSpec<TrainingSlopeRow> TRAINING_SLOPES =
      TableSpec.of(
          "training_slopes",
          TrainingSlopeRow.class,
          "A metric of a checkpoint and its slope along its series; written where tokens are given");

  static final TableSpec<HeadAblationRow> ABLATIONS =
      TableSpec.of(
          "head_ablations",
          HeadAblationRow.class,
          "A metric of a checkpoint without one head; written where tokens are given");

  static final TableSpec<HeadSetAblationRow> SETS =
      TableSpec.of(
          "head_set_ablations",
          HeadSetAblationRow.class,
          "A metric of a checkpoint without several heads; written where tokens are given");

  private HeadTables() {}
}
