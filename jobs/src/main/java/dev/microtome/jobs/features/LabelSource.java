package dev.microtome.jobs.features;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.InputException;
import dev.microtome.sae.evaluation.ColumnLabelRow;
import dev.microtome.sae.evaluation.TokenLabel;
import dev.microtome.sae.evaluation.TokenLabelRow;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * The labels of tokens, as planned.
 *
 * @param column that is the label; null where concept and value are columns
 * @param concepts that count; empty for all
 */
record LabelSource(TableInput table, String column, Set<String> concepts) implements Serializable {
  private static final String SEQUENCE_ID = "sequence_id";

  /**
   * The labels of some sequences by sequence and position. Only row groups that may hold one of the
   * sequences are read.
   *
   * @throws InputException if a label is at a position that a sequence does not have
   */
  Map<Long, List<Set<TokenLabel>>> of(List<TokenSequence> sequences, TableReader tables)
      throws IOException {
    Map<Long, List<Set<TokenLabel>>> labels = new HashMap<>();
    long smallest = Long.MAX_VALUE;
    long largest = Long.MIN_VALUE;
    for (TokenSequence sequence : sequences) {
      List<Set<TokenLabel>> none = new ArrayList<>();
      for (int i = 0; i < sequence.tokens().length; i++) {
        none.add(new TreeSet<>());
      }
      labels.put(sequence.sequenceId(), none);
      smallest = Math.min(smallest, sequence.sequenceId());
      largest = Math.max(largest, sequence.sequenceId());
    }
    for (TableInput.TableFile file : table.files()) {
      for (TableReader.RowGroup group : tables.rowGroups(file.path(), SEQUENCE_ID)) {
        if (group.smallest() <= largest && smallest <= group.largest()) {
          read(
              file.path(),
              group.from(),
              group.to(),
              tables,
              row -> {
                List<Set<TokenLabel>> here = labels.get(row.sequenceId());
                if (here != null) {
                  add(here, row, file.path());
                }
              });
        }
      }
    }
    return labels;
  }

  private void add(List<Set<TokenLabel>> here, TokenLabelRow row, String path) {
    if (row.position() < 0 || row.position() >= here.size()) {
      throw new InputException(
          "%s: a label at position %d of sequence %d, which has %d tokens"
              .formatted(path, row.position(), row.sequenceId(), here.size()));
    }
    if (concepts.isEmpty() || concepts.contains(row.concept())) {
      here.get(row.position()).add(new TokenLabel(row.concept(), row.value()));
    }
  }

  /** Reads rows of a file; of a file without rows this tells whether its columns fit. */
  void read(String path, long from, long to, TableReader tables, Consumer<TokenLabelRow> action)
      throws IOException {
    if (column == null) {
      try (RowReader<TokenLabelRow> rows = tables.read(path, TokenLabelRow.class, from, to)) {
        rows.forEachRemaining(action);
      }
    } else {
      try (RowReader<ColumnLabelRow> rows =
          tables.read(path, ColumnLabelRow.class, Map.of("label", column), from, to)) {
        rows.forEachRemaining(
            row ->
                action.accept(
                    new TokenLabelRow(row.sequenceId(), row.position(), column, row.label())));
      }
    }
  }
}
