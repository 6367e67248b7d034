package dev.microtome.jobs.labels;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Reads the activations of a part with their labels.
 *
 * @param hooks hook points to read; empty: all
 */
public record LabelledReader(
    ActivationSource.Encoding encoding, LabelTable labels, List<String> hooks)
    implements Serializable {
  private static final int PROGRESS_ROWS = 4096;

  public LabelledReader {
    hooks = List.copyOf(hooks);
  }

  /** Whose a row is. */
  record SequenceRow(@Column(doc = "the sequence") long sequenceId) {}

  /** Takes one activation. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes one activation.
     *
     * @param token its token's id; {@link LabelTable#NO_TOKEN} where the table has none
     * @param values for each concept the texts of its columns, null where there is no label
     * @throws IllegalArgumentException if it cannot be used; its message is given the place
     */
    void accept(ActivationSource.ArrayRow row, int token, List<List<String>> values);
  }

  /** Reads all rows in their order and returns how many there were, of all hook points. */
  public long forEach(LabelledSlices part, PartContext context, Sink sink) throws IOException {
    PartLabels byPlace =
        PartLabels.read(labels, part.labels(), sequences(part, context), context.tables());
    long rows = 0;
    for (TokenSlices.Slice slice : part.activations().slices()) {
      List<List<List<String>>> byRow = besideActivations(slice, context);
      try (RowReader<ActivationSource.ArrayRow> reader =
              encoding.read(context.tables(), slice.path(), slice.from(), slice.to());
          TokenColumn tokens =
              TokenColumn.open(context.tables(), slice.path(), slice.from(), slice.to())) {
        for (int i = 0; reader.hasNext(); i++) {
          ActivationSource.ArrayRow row = reader.next();
          int token = tokens.next();
          if (hooks.isEmpty() || hooks.contains(row.hook())) {
            try {
              sink.accept(
                  row,
                  token,
                  byRow.isEmpty()
                      ? byPlace.at(row.sequenceId(), row.position(), token)
                      : byRow.get(i));
            } catch (IllegalArgumentException e) {
              throw new RejectedContentException(
                  "%s: %s, sequence_id %d, position %d: %s"
                      .formatted(
                          slice.path(),
                          row.hook(),
                          row.sequenceId(),
                          row.position(),
                          e.getMessage()),
                  e);
            }
          }
          rows++;
          if (rows % PROGRESS_ROWS == 0) {
            context.progress(rows);
          }
        }
      }
    }
    return rows;
  }

  private static Set<Long> sequences(LabelledSlices part, PartContext context) throws IOException {
    Set<Long> sequences = new HashSet<>();
    if (part.labels().slices().isEmpty()) {
      return sequences;
    }
    for (TokenSlices.Slice slice : part.activations().slices()) {
      try (RowReader<SequenceRow> rows =
          context.tables().read(slice.path(), SequenceRow.class, slice.from(), slice.to())) {
        while (rows.hasNext()) {
          sequences.add(rows.next().sequenceId());
        }
      }
    }
    return sequences;
  }

  private List<List<List<String>>> besideActivations(TokenSlices.Slice slice, PartContext context)
      throws IOException {
    if (labels.layout() != LabelTable.Layout.ACTIVATIONS) {
      return List.of();
    }
    int concepts = labels.concepts().size();
    List<List<List<String>>> byRow = new ArrayList<>();
    for (long row = slice.from(); row < slice.to(); row++) {
      byRow.add(PartLabels.nothing(concepts));
    }
    labels.read(
        context.tables(),
        slice.path(),
        slice.from(),
        slice.to(),
        (place, concept, values) -> {
          int at = Math.toIntExact(place.row() - slice.from());
          byRow.get(at).set(concept, values);
        });
    return byRow;
  }
}
