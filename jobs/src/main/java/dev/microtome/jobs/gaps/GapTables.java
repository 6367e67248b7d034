package dev.microtome.jobs.gaps;

import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.table.TableSpec;

/** What passes between the stages. */
final class GapTables {
  /** The targets are the label's index and the group's. */
  static final TableSpec<ProbeSampleRow> VECTORS =
      TableSpec.of("_vectors", ProbeSampleRow.class, "One vector of a document at a hook point");

  static final TableSpec<DocumentCountRow> COUNTS =
      TableSpec.of(
          "_document_counts",
          DocumentCountRow.class,
          "Documents of a label and a concept in a part");

  static final TableSpec<DrawnDocumentRow> DRAWN =
      TableSpec.of("_drawn_documents", DrawnDocumentRow.class, "Documents that a part has drawn");

  private GapTables() {}
}
