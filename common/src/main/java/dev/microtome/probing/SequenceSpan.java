package dev.microtome.probing;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Where the ids of a part's sequences lie.
 *
 * @param first the smallest, or less
 * @param last the largest, or more; less than {@code first} of no rows
 */
public record SequenceSpan(long first, long last) implements Serializable {
  /** Where a span begins or ends. */
  private record End(long at, boolean begins) {
    static final Comparator<End> ORDER =
        Comparator.comparingLong(End::at).thenComparing(end -> !end.begins());
  }

  boolean contains(long sequence) {
    return first <= sequence && sequence <= last;
  }

  /**
   * For each part the spans in which ids of another part lie, too, ascending and apart. Of a table
   * that is sorted by sequence they are its first and its last sequence at the most.
   */
  public static List<List<SequenceSpan>> shared(List<SequenceSpan> parts) {
    TreeMap<Long, SequenceSpan> byLast = new TreeMap<>();
    for (SequenceSpan span : crowded(parts)) {
      byLast.put(span.last(), span);
    }
    List<List<SequenceSpan>> shared = new ArrayList<>();
    for (SequenceSpan part : parts) {
      List<SequenceSpan> own = new ArrayList<>();
      if (part.first() <= part.last()) {
        for (Map.Entry<Long, SequenceSpan> each : byLast.tailMap(part.first()).entrySet()) {
          if (each.getValue().first() > part.last()) {
            break;
          }
          own.add(each.getValue());
        }
      }
      shared.add(List.copyOf(own));
    }
    return shared;
  }

  /** Where two parts or more are. */
  private static List<SequenceSpan> crowded(List<SequenceSpan> parts) {
    List<End> ends = new ArrayList<>();
    for (SequenceSpan part : parts) {
      if (part.first() <= part.last()) {
        ends.add(new End(part.first(), true));
        ends.add(new End(part.last(), false));
      }
    }
    ends.sort(End.ORDER);
    List<SequenceSpan> crowded = new ArrayList<>();
    int depth = 0;
    long from = 0;
    for (End end : ends) {
      if (end.begins()) {
        depth++;
        from = depth == 2 ? end.at() : from;
      } else {
        if (depth == 2) {
          crowded.add(new SequenceSpan(from, end.at()));
        }
        depth--;
      }
    }
    return crowded;
  }
}
