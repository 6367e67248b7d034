package dev.microtome.jobs.labels;

import dev.microtome.erasure.LabelCountRow;
import dev.microtome.table.Column;
import dev.microtome.table.TableSpec;

/** What the reading of labels passes between stages. */
final class LabelTables {
  static final TableSpec<LabelCountRow> COUNTS =
      TableSpec.of("_label_counts", LabelCountRow.class, "Labels with a value in a part");

  static final TableSpec<RangedLabelRow> RANGES =
      TableSpec.of("_label_ranges", RangedLabelRow.class, "Labels by range of sequences");

  /** Whose a row of activations is. */
  record HookRow(@Column(doc = "address of the hook point") String hook) {}

  private LabelTables() {}
}
