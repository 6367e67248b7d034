package dev.microtome.jobs.gaps;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;

/**
 * Documents of one file whose labels are read.
 *
 * @param file index of the file
 * @param from first place
 * @param to one past the last place
 */
record DocumentRange(int file, long from, long to) implements Serializable {

  /**
   * One part of the documents.
   *
   * @param ranges in the order of the documents
   */
  record Part(List<DocumentRange> ranges) implements Serializable {
    Part {
      ranges = List.copyOf(ranges);
    }
  }

  /**
   * Cuts files into parts.
   *
   * @param sizes places in each file
   * @param most places in a part
   */
  static List<Part> cut(List<Long> sizes, long most) {
    List<Part> parts = new ArrayList<>();
    List<DocumentRange> ranges = new ArrayList<>();
    long free = most;
    for (int file = 0; file < sizes.size(); file++) {
      for (long from = 0; from < sizes.get(file); ) {
        long to = Math.min(sizes.get(file), from + free);
        ranges.add(new DocumentRange(file, from, to));
        free -= to - from;
        from = to;
        if (free == 0) {
          parts.add(new Part(ranges));
          ranges.clear();
          free = most;
        }
      }
    }
    if (!ranges.isEmpty()) {
      parts.add(new Part(ranges));
    }
    return parts;
  }
}
