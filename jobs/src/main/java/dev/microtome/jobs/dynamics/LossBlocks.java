package dev.microtome.jobs.dynamics;

import dev.microtome.config.InputPath;
import dev.microtome.dynamics.ModelStep;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.TableReader.RowGroup;
import dev.microtome.run.InputException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Cuts tables of losses into blocks of sequences, each with the row groups of all checkpoints that
 * hold it, by the statistics of sequence_id in the files' footers.
 *
 * <p>Row groups whose ranges of ids meet belong together; the job token-losses cuts the same blocks
 * of sequences for each checkpoint, so that they come apart again and each is read once. What does
 * not come apart and is too much for a part is cut into even ranges of ids; a row group is then
 * read by every part that it has ids of.
 */
final class LossBlocks {
  private static final String COLUMN = "sequence_id";

  /** What identifies a loss. */
  record LossPlaceRow(
      @Column(doc = "name of the series of checkpoints") String model,
      @Column(doc = "training step of the checkpoint") long step,
      @Column(doc = "the sequence") long sequenceId,
      @Column(doc = "place in the sequence") int position) {}

  private record Place(String path, RowGroup group) {
    long rows() {
      return group.to() - group.from();
    }

    boolean hasStatistics() {
      return group.smallest() != Long.MIN_VALUE || group.largest() != Long.MAX_VALUE;
    }

    LossPcaPart.Slice slice() {
      return new LossPcaPart.Slice(path, group.from(), group.to());
    }
  }

  /** Sorted by their smallest id. */
  private final List<Place> places;

  private LossBlocks(List<Place> places) {
    this.places = places;
  }

  /**
   * Looks at the footers.
   *
   * @throws InputException if a table has no rows, or two tables begin or end with different
   *     sequences
   */
  static LossBlocks of(List<InputPath> paths, List<TableInput> tables, TableReader reader)
      throws IOException {
    List<Place> all = new ArrayList<>();
    Range first = null;
    for (int i = 0; i < tables.size(); i++) {
      List<Place> places = places(tables.get(i), reader);
      if (places.isEmpty()) {
        throw new InputException("token-losses: %s has no rows".formatted(paths.get(i)));
      }
      Range range = Range.of(paths.get(i), places);
      if (first == null) {
        first = range;
      } else {
        first.requireSame(range);
      }
      all.addAll(places);
    }
    all.sort(Comparator.comparingLong(place -> place.group().smallest()));
    return new LossBlocks(all);
  }

  private static List<Place> places(TableInput table, TableReader reader) throws IOException {
    try {
      return table.files().parallelStream()
          .flatMap(file -> rowGroups(file.path(), reader))
          .filter(place -> place.rows() > 0)
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Stream<Place> rowGroups(String path, TableReader reader) {
    try {
      return reader.rowGroups(path, COLUMN).stream().map(group -> new Place(path, group));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The ids of one table. */
  private record Range(InputPath path, long smallest, long largest, boolean known) {
    static Range of(InputPath path, List<Place> places) {
      return new Range(
          path,
          places.stream().mapToLong(place -> place.group().smallest()).min().orElseThrow(),
          places.stream().mapToLong(place -> place.group().largest()).max().orElseThrow(),
          places.stream().allMatch(Place::hasStatistics));
    }

    void requireSame(Range other) {
      if (known && other.known && (smallest != other.smallest || largest != other.largest)) {
        throw new InputException(
            "token-losses: %s has sequence_id %d to %d, %s has %d to %d%s: losses of the same tokens are needed"
                .formatted(
                    path,
                    smallest,
                    largest,
                    other.path,
                    other.smallest,
                    other.largest,
                    largest < other.smallest || other.largest < smallest
                        ? " and none in common"
                        : ""));
      }
    }
  }

  /**
   * The checkpoints that have the first sequence, ordered by model and step; parts refuse others.
   *
   * @throws InputException if a token of that sequence comes twice under one checkpoint
   */
  List<ModelStep> checkpoints(TableReader reader) throws IOException {
    // Row groups without statistics may hold it, too: theirs is the smallest of all longs.
    long first =
        places.stream()
            .filter(Place::hasStatistics)
            .mapToLong(place -> place.group().smallest())
            .min()
            .orElse(Long.MIN_VALUE);
    if (first == Long.MIN_VALUE) {
      first = smallestId(reader);
    }
    Map<ModelStep, Map<Integer, String>> found = new TreeMap<>();
    for (Place place : places) {
      if (place.group().smallest() <= first) {
        find(first, place, reader, found);
      }
    }
    return List.copyOf(found.keySet());
  }

  private long smallestId(TableReader reader) throws IOException {
    long smallest = Long.MAX_VALUE;
    for (Place place : places) {
      try (RowReader<LossPlaceRow> rows = read(place, reader)) {
        while (rows.hasNext()) {
          smallest = Math.min(smallest, rows.next().sequenceId());
        }
      }
    }
    return smallest;
  }

  private static void find(
      long id, Place place, TableReader reader, Map<ModelStep, Map<Integer, String>> found)
      throws IOException {
    try (RowReader<LossPlaceRow> rows = read(place, reader)) {
      while (rows.hasNext()) {
        LossPlaceRow row = rows.next();
        if (row.sequenceId() == id) {
          ModelStep checkpoint = new ModelStep(row.model(), row.step());
          String other =
              found
                  .computeIfAbsent(checkpoint, unused -> new HashMap<>())
                  .putIfAbsent(row.position(), place.path());
          if (other != null) {
            Set<String> files = new TreeSet<>(List.of(other, place.path()));
            throw new InputException(
                "token-losses: %s comes twice, in %s (sequence_id %d, position %d)"
                    .formatted(checkpoint, String.join(" and ", files), id, row.position()));
          }
        }
      }
    }
  }

  private static RowReader<LossPlaceRow> read(Place place, TableReader reader) throws IOException {
    return reader.read(place.path(), LossPlaceRow.class, place.group().from(), place.group().to());
  }

  /**
   * The parts, in the order of their ids.
   *
   * @throws InputException if files without statistics are too much for a part
   */
  List<LossPcaPart> parts(ColumnsTask task, long lossesPerPart) {
    List<LossPcaPart> parts = new ArrayList<>();
    List<Place> part = new ArrayList<>();
    long rows = 0;
    for (List<Place> together : components()) {
      long more = together.stream().mapToLong(Place::rows).sum();
      if (!part.isEmpty() && rows + more > lossesPerPart) {
        cut(part, rows, lossesPerPart, task, parts);
        part.clear();
        rows = 0;
      }
      part.addAll(together);
      rows += more;
    }
    cut(part, rows, lossesPerPart, task, parts);
    return parts;
  }

  /** Row groups that share ids, directly or through others. */
  private List<List<Place>> components() {
    List<List<Place>> components = new ArrayList<>();
    long largest = 0;
    for (Place place : places) {
      if (components.isEmpty() || place.group().smallest() > largest) {
        components.add(new ArrayList<>());
        largest = place.group().largest();
      }
      components.get(components.size() - 1).add(place);
      largest = Math.max(largest, place.group().largest());
    }
    return components;
  }

  private static void cut(
      List<Place> places,
      long rows,
      long lossesPerPart,
      ColumnsTask task,
      List<LossPcaPart> parts) {
    long smallest = places.get(0).group().smallest();
    long largest = places.stream().mapToLong(place -> place.group().largest()).max().orElseThrow();
    long pieces = (rows - 1) / lossesPerPart + 1;
    if (pieces > 1 && !places.stream().allMatch(Place::hasStatistics)) {
      throw new InputException(
          "token-losses: %s has no statistics of %s, so that %d losses cannot be cut into parts of losses-per-part = %d"
              .formatted(
                  places.stream()
                      .filter(place -> !place.hasStatistics())
                      .findFirst()
                      .orElseThrow()
                      .path(),
                  COLUMN,
                  rows,
                  lossesPerPart));
    }
    // Unsigned: ids may be hashes, and their range wider than a long.
    long width = Long.divideUnsigned(largest - smallest, pieces) + 1;
    for (long from = smallest; ; from += width) {
      boolean last = pieces == 1 || Long.compareUnsigned(largest - from, width) < 0;
      long first = from;
      long to = last ? largest : from + width - 1;
      List<LossPcaPart.Slice> slices =
          places.stream()
              .filter(place -> place.group().smallest() <= to && first <= place.group().largest())
              .map(Place::slice)
              .toList();
      if (!slices.isEmpty()) {
        parts.add(new LossPcaPart(task, from, to, slices));
      }
      if (last) {
        return;
      }
    }
  }
}
