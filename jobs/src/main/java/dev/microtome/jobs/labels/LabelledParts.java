package dev.microtome.jobs.labels;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.TableReader.RowGroup;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Cuts activations into parts and finds the labels that each may need, by the statistics of
 * sequence_id in the files' footers. Files that begin with one hook point come together, so that a
 * task has few moments at a time; the order of parts hangs on the files alone.
 */
final class LabelledParts {
  private record Groups(TableInput.TableFile file, String hook, List<RowGroup> groups) {}

  private final TableReader tables;

  LabelledParts(TableReader tables) {
    this.tables = tables;
  }

  /**
   * Cuts a table.
   *
   * @param labels files of a table of labels; none where they stand beside the activations
   */
  List<LabelledSlices> cut(
      List<TableInput.TableFile> activations, List<TableInput.TableFile> labels, int rowsPerPart)
      throws IOException {
    try {
      List<Groups> files =
          activations.parallelStream()
              .filter(file -> file.rows() > 0)
              .map(
                  file ->
                      new Groups(
                          file, firstHook(file.path()), LabelPlaces.groups(file.path(), tables)))
              .toList();
      LabelPlaces places = LabelPlaces.of(labels, tables);
      Map<String, List<RowGroup>> byPath =
          files.stream().collect(Collectors.toMap(each -> each.file().path(), Groups::groups));
      Map<String, List<TableInput.TableFile>> byHook = new LinkedHashMap<>();
      for (Groups each : files) {
        byHook.computeIfAbsent(each.hook(), unused -> new ArrayList<>()).add(each.file());
      }
      List<LabelledSlices> parts = new ArrayList<>();
      for (List<TableInput.TableFile> hook : byHook.values()) {
        for (TokenSlices slices : TokenSlices.cut(hook, rowsPerPart)) {
          SequenceRange sequences = LabelPlaces.sequences(slices, byPath);
          parts.add(new LabelledSlices(slices, sequences, places.of(sequences)));
        }
      }
      return parts;
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private String firstHook(String path) {
    try (RowReader<LabelTables.HookRow> rows = tables.read(path, LabelTables.HookRow.class, 0, 1)) {
      return rows.next().hook();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
