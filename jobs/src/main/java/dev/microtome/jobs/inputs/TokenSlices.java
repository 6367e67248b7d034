package dev.microtome.jobs.inputs;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/** The rows of a tokens table that make one part, in the order of the table. */
public record TokenSlices(List<Slice> slices) implements Serializable {
  public TokenSlices {
    slices = List.copyOf(slices);
  }

  /** Rows [from, to) of one file. */
  public record Slice(String path, long from, long to) implements Serializable {}

  /** Cuts the whole table into parts of {@code rows} rows; the last may be smaller. */
  public static List<TokenSlices> cut(List<TableInput.TableFile> files, int rows) {
    List<TokenSlices> parts = new ArrayList<>();
    List<Slice> slices = new ArrayList<>();
    long free = rows;
    for (TableInput.TableFile file : files) {
      long from = 0;
      while (from < file.rows()) {
        long to = Math.min(file.rows(), from + free);
        slices.add(new Slice(file.path(), from, to));
        free -= to - from;
        from = to;
        if (free == 0) {
          parts.add(new TokenSlices(slices));
          slices.clear();
          free = rows;
        }
      }
    }
    if (!slices.isEmpty()) {
      parts.add(new TokenSlices(slices));
    }
    return parts;
  }

  /**
   * Changes when a row of the part does, or its position in its file.
   *
   * @param table that the part was cut from
   */
  public String identity(TableInput table) {
    Map<String, String> identities =
        table.files().stream()
            .collect(
                Collectors.toMap(
                    TableInput.TableFile::path, TableInput.TableFile::identity, (a, b) -> a));
    return new TreeMap<>(table.metadata())
        + slices.stream()
            .map(
                slice ->
                    " %s %d %d".formatted(identities.get(slice.path()), slice.from(), slice.to()))
            .collect(Collectors.joining());
  }

  /**
   * Reads the part's sequences.
   *
   * @param check refuses a sequence; its message is given the name of the file
   * @throws InputException when a sequence is refused, or a sequence_id comes twice in the part or
   *     in a row group that the part has a share of
   */
  public List<TokenSequence> read(TableReader tables, Consumer<TokenSequence> check)
      throws IOException {
    List<TokenSequence> sequences = new ArrayList<>();
    Set<Long> seen = new HashSet<>();
    for (Slice slice : slices) {
      try (RowReader<TokenSequence> reader =
          tables.read(slice.path(), TokenSequence.class, slice.from(), slice.to())) {
        while (reader.hasNext()) {
          TokenSequence sequence = reader.next();
          if (!seen.add(sequence.sequenceId())) {
            throw SequenceIds.twice(sequence.sequenceId(), List.of(slice.path()));
          }
          try {
            check.accept(sequence);
          } catch (InputException e) {
            throw new RejectedContentException(slice.path() + ": " + e.getMessage(), e);
          }
          sequences.add(sequence);
        }
      }
    }
    for (Slice slice : slices) {
      SequenceIds.requireUniqueInRowGroups(slice.path(), slice.from(), slice.to(), seen, tables);
    }
    return sequences;
  }
}
