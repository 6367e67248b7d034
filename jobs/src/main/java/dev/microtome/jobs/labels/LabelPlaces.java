package dev.microtome.jobs.labels;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.TableReader.RowGroup;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.jobs.inputs.TokenSlices.Slice;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where labels of sequences may be, by the statistics of sequence_id in the files' footers. */
final class LabelPlaces {
  private static final String COLUMN = "sequence_id";

  private final List<Slice> places = new ArrayList<>();
  private final List<RowGroup> ranges = new ArrayList<>();

  private LabelPlaces() {}

  /** Reads the footers of a table of labels; there may be none. */
  static LabelPlaces of(List<TableInput.TableFile> labels, TableReader tables) {
    LabelPlaces found = new LabelPlaces();
    List<TableInput.TableFile> files = labels.stream().filter(file -> file.rows() > 0).toList();
    List<List<RowGroup>> groups =
        files.parallelStream().map(file -> groups(file.path(), tables)).toList();
    for (int i = 0; i < files.size(); i++) {
      for (RowGroup group : groups.get(i)) {
        found.places.add(new Slice(files.get(i).path(), group.from(), group.to()));
        found.ranges.add(group);
      }
    }
    return found;
  }

  /** The row groups of a file of rows with a sequence_id. */
  static List<RowGroup> groups(String path, TableReader tables) {
    try {
      return tables.rowGroups(path, COLUMN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Where the sequences of a part's rows are.
   *
   * @param byPath the row groups of the part's files
   */
  static SequenceRange sequences(TokenSlices part, Map<String, List<RowGroup>> byPath) {
    long smallest = Long.MAX_VALUE;
    long largest = Long.MIN_VALUE;
    for (Slice slice : part.slices()) {
      for (RowGroup group : byPath.get(slice.path())) {
        if (group.from() < slice.to() && slice.from() < group.to()) {
          smallest = Math.min(smallest, group.smallest());
          largest = Math.max(largest, group.largest());
        }
      }
    }
    return new SequenceRange(smallest, largest);
  }

  /** Where labels of these sequences may be. */
  TokenSlices of(SequenceRange sequences) {
    List<Slice> found = new ArrayList<>();
    for (int i = 0; i < places.size(); i++) {
      if (ranges.get(i).smallest() <= sequences.last()
          && sequences.first() <= ranges.get(i).largest()) {
        found.add(places.get(i));
      }
    }
    return new TokenSlices(found);
  }
}
