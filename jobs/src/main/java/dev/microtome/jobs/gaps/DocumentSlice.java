package dev.microtome.jobs.gaps;

import java.io.Serializable;
import java.util.List;

/**
 * Documents of one file that a part reads.
 *
 * @param documents in the order of their rows, at least one
 */
record DocumentSlice(String path, List<Chosen> documents) implements Serializable {
  DocumentSlice {
    documents = List.copyOf(documents);
  }

  /**
   * A document that was drawn.
   *
   * @param id its row among those of all files
   * @param row in its file
   * @param label index of its label
   * @param group 0 of the first, 1 of the second
   */
  record Chosen(long id, long row, int label, int group) implements Serializable {}

  long from() {
    return documents.get(0).row();
  }

  /** One past the last row. */
  long to() {
    return documents.get(documents.size() - 1).row() + 1;
  }
}
