package dev.microtome.jobs.inputs;

import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.TableReader.RowGroup;
import dev.microtome.run.FileStore;
import dev.microtome.run.RejectedContentException;
import dev.microtome.run.RunDirectory;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * Whether a sequence_id comes once in a whole tokens table.
 *
 * <p>A plan reads all ids of a table of up to 8 million rows, one column of it. Of a larger table
 * it compares row groups by their statistics and reads the ids of those that may share one: none
 * where ids ascend through the table. The rows of one row group may belong to many parts; each part
 * looks at the whole of its row groups where it runs.
 */
public final class SequenceIds {
  /** What rows are identified by, and nothing else of them. */
  record IdRow(@Column(doc = "identifies the sequence") long sequenceId) {}

  static final String COLUMN = "sequence_id";

  /** Most ids in memory at once, 64 MB. */
  private static final int MOST_IDS = 1 << 23;

  /** A row group and its file. */
  private record Place(String path, RowGroup group) {
    long rows() {
      return group.to() - group.from();
    }

    boolean mayHold(long id) {
      return group.smallest() <= id && id <= group.largest();
    }
  }

  private SequenceIds() {}

  /**
   * Refuses a table in which an id comes twice, if it is one of up to {@link #MOST_IDS} rows, or in
   * two row groups of a larger one. A table of a run is not looked at: the jobs that write tokens
   * number their sequences.
   *
   * @throws RejectedContentException naming the id and the files
   */
  public static void requireUnique(TableInput tokens, Inputs inputs) throws IOException {
    String folder = tokens.path().substring(0, tokens.path().lastIndexOf('/'));
    if (!inputs.files().exists(FileStore.resolve(folder, RunDirectory.MANIFEST))) {
      if (tokens.rows() <= MOST_IDS) {
        requireUnique(tokens, inputs.tables());
      } else {
        requireUniqueAcrossRowGroups(tokens, inputs.tables(), MOST_IDS);
      }
    }
  }

  /** Refuses a table in which an id comes twice; all ids are in memory at once. */
  static void requireUnique(TableInput tokens, TableReader tables) throws IOException {
    requireUnique(places(tokens, tables), tables, /* mostIds= */ Integer.MAX_VALUE);
  }

  /**
   * Refuses a table in which two row groups share an id.
   *
   * @param mostIds ids in memory at once: more of them are read in several passes
   */
  static void requireUniqueAcrossRowGroups(TableInput tokens, TableReader tables, int mostIds)
      throws IOException {
    requireUnique(overlapping(places(tokens, tables)), tables, mostIds);
  }

  private static void requireUnique(List<Place> doubtful, TableReader tables, int mostIds)
      throws IOException {
    long rows = doubtful.stream().mapToLong(Place::rows).sum();
    long passes = (rows + mostIds - 1) / mostIds;
    for (long pass = 0; pass < passes; pass++) {
      long[] ids = ids(doubtful, tables, passes, pass);
      Arrays.sort(ids);
      for (int i = 1; i < ids.length; i++) {
        if (ids[i] == ids[i - 1]) {
          throw twice(ids[i], holders(ids[i], doubtful, tables));
        }
      }
    }
  }

  /**
   * Refuses ids of a part that other rows of the same row group have.
   *
   * @param ids of rows [from, to) of the file
   */
  static void requireUniqueInRowGroups(
      String path, long from, long to, Set<Long> ids, TableReader tables) throws IOException {
    for (RowGroup group : tables.rowGroups(path, COLUMN)) {
      if (group.from() < to && from < group.to()) {
        if (group.from() < from) {
          requireNone(path, group.from(), from, ids, tables);
        }
        if (to < group.to()) {
          requireNone(path, to, group.to(), ids, tables);
        }
      }
    }
  }

  private static void requireNone(
      String path, long from, long to, Set<Long> ids, TableReader tables) throws IOException {
    try (RowReader<IdRow> reader = tables.read(path, IdRow.class, from, to)) {
      while (reader.hasNext()) {
        long id = reader.next().sequenceId();
        if (ids.contains(id)) {
          throw twice(id, List.of(path));
        }
      }
    }
  }

  static RejectedContentException twice(long id, List<String> files) {
    return new RejectedContentException(
        "%s: sequence_id %d comes twice, it must identify a row"
            .formatted(String.join(" and ", new TreeSet<>(files)), id));
  }

  /** All row groups, sorted by their smallest id. */
  private static List<Place> places(TableInput tokens, TableReader tables) throws IOException {
    try {
      return tokens.files().parallelStream()
          .flatMap(file -> places(file.path(), tables))
          .sorted(Comparator.comparingLong(place -> place.group().smallest()))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Stream<Place> places(String path, TableReader tables) {
    try {
      return tables.rowGroups(path, COLUMN).stream().map(group -> new Place(path, group));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The row groups whose range of ids meets another's; sorted by their smallest. */
  private static List<Place> overlapping(List<Place> places) {
    List<Place> found = new ArrayList<>();
    long largestBefore = 0;
    for (int i = 0; i < places.size(); i++) {
      RowGroup group = places.get(i).group();
      boolean meetsBefore = i > 0 && group.smallest() <= largestBefore;
      boolean meetsNext =
          i + 1 < places.size() && places.get(i + 1).group().smallest() <= group.largest();
      if (meetsBefore || meetsNext) {
        found.add(places.get(i));
      }
      largestBefore = i == 0 ? group.largest() : Math.max(largestBefore, group.largest());
    }
    return found;
  }

  /** The ids of one pass. */
  private static long[] ids(List<Place> places, TableReader tables, long passes, long pass)
      throws IOException {
    long[] ids = new long[1024];
    int count = 0;
    for (Place place : places) {
      try (RowReader<IdRow> reader =
          tables.read(place.path(), IdRow.class, place.group().from(), place.group().to())) {
        while (reader.hasNext()) {
          long id = reader.next().sequenceId();
          if (Math.floorMod(Long.hashCode(id), passes) == pass) {
            if (count == ids.length) {
              ids = Arrays.copyOf(ids, 2 * count);
            }
            ids[count++] = id;
          }
        }
      }
    }
    return Arrays.copyOf(ids, count);
  }

  private static List<String> holders(long id, List<Place> places, TableReader tables)
      throws IOException {
    List<String> files = new ArrayList<>();
    for (Place place : places) {
      if (place.mayHold(id)) {
        try (RowReader<IdRow> reader =
            tables.read(place.path(), IdRow.class, place.group().from(), place.group().to())) {
          while (reader.hasNext()) {
            if (reader.next().sequenceId() == id) {
              files.add(place.path());
            }
          }
        }
      }
    }
    return files;
  }
}
