package dev.microtome.jobs.gaps;

import java.io.Serializable;
import java.util.List;

/**
 * Documents of one file that a part reads.
 *
 * @param documents in the order of their places, at least one
 */
record DocumentSlice(String path, List<Chosen> documents) implements Serializable {
  DocumentSlice {
    documents = List.copyOf(documents);
  }

  /**
   * A document that was drawn.
   *
   * @param id its number among the documents of all files
   * @param place in its file
   * @param label index of its label
   * @param group 0 of the first, 1 of the second
   */
  record Chosen(long id, long place, int label, int group) implements Serializable {}

  /** The first place. */
  long from() {
    return documents.get(0).place();
  }

  /** One past the last place. */
  long to() {
    return documents.get(documents.size() - 1).place() + 1;
  }
}
