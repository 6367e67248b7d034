package dev.microtome.jobs.gaps;

import dev.microtome.run.RejectedContentException;
import java.io.Serializable;
import java.util.List;

/**
 * Which documents are compared.
 *
 * @param documents the table or files, named in refusals
 * @param label the column of the label
 * @param concept that of the concept
 * @param groups values of the concept whose documents are compared; empty: all
 */
record LabelColumns(String documents, String label, String concept, List<String> groups)
    implements Serializable {
  /** A classifier of more labels would be a mistake: a column of texts, or of names. */
  static final int MOST = 4096;

  LabelColumns {
    groups = List.copyOf(groups);
  }

  /** Whether documents of this value of the concept are compared. */
  boolean isCompared(String value) {
    return !value.isEmpty() && (groups.isEmpty() || groups.contains(value));
  }

  /**
   * Refuses a column of more values than a classifier has labels.
   *
   * @param labels that were found, an empty one perhaps among them
   */
  void requireFew(int labels) {
    if (labels > MOST + 1) {
      throw new RejectedContentException(
          "label-column: column %s of %s has more than %,d values; a classifier of so many labels is not fitted"
              .formatted(label, documents, MOST));
    }
  }
}
