package dev.microtome.jobs.labels;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.run.InputException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Where the labels of the concepts stand, and how they are read. */
public record LabelTable(Layout layout, List<ConceptSource> concepts) implements Serializable {
  public LabelTable {
    concepts = List.copyOf(concepts);
  }

  /** What a row of the table is. */
  public enum Layout {
    /** One concept of a token: {@code concept} and {@code value}. */
    LONG,

    /** A token, with a column a concept. */
    WIDE,

    /** An activation, with a column a concept. */
    ACTIVATIONS,

    /** One concept of a token, in the file of its range of sequences. */
    RANGES
  }

  /** A concept and its columns; of a table of the layout LONG the one column {@code value}. */
  public record ConceptSource(String name, List<ColumnSource> columns) implements Serializable {
    public ConceptSource {
      columns = List.copyOf(columns);
    }

    /** Whether its values are numbers alone. */
    public boolean isReal() {
      return columns.stream().allMatch(ColumnSource::real);
    }
  }

  /** A column, and whether its values are numbers. */
  public record ColumnSource(String name, CellType type, boolean real) implements Serializable {}

  /** A table and how it is read. */
  record Opened(TableInput table, LabelTable labels) {}

  /** Takes the labels of a range of rows, in their order; where a value is null there is none. */
  interface Sink {
    /**
     * Takes one label.
     *
     * @param concept index among the concepts; -1 of another, then {@code values} is its name
     * @param values a text for each column of the concept
     */
    void accept(Place place, int concept, List<String> values) throws IOException;
  }

  /**
   * Whose a label is.
   *
   * @param row of the file
   * @param token id of the token there; {@link #NO_TOKEN} where the table does not say it
   */
  record Place(long row, long sequenceId, int position, int token) {}

  /** The id of a token that is not known. */
  public static final int NO_TOKEN = -1;

  record LongRow(
      @Column(doc = "the sequence") long sequenceId,
      @Column(doc = "place in the sequence") int position,
      @Column(doc = "the concept") String concept,
      @Column(doc = "its value", nullable = true) String value) {}

  record PlaceRow(
      @Column(doc = "the sequence") long sequenceId,
      @Column(doc = "place in the sequence") int position) {}

  /**
   * Finds the labels.
   *
   * @param activations where they are if the configuration has no table of labels
   */
  static Opened open(LabelSource config, TableInput activations, Inputs inputs) throws IOException {
    if (config.labels().isEmpty()) {
      return wide(config, config.activations(), Layout.ACTIVATIONS, activations, inputs);
    }
    InputPath path = config.labels().get();
    Optional<TableInput> rows = find(path, LongRow.class, inputs);
    if (rows.isPresent()) {
      List<ConceptSource> concepts = new ArrayList<>();
      for (String concept : config.concepts()) {
        boolean real = config.realValued().contains(concept);
        concepts.add(
            new ConceptSource(concept, List.of(new ColumnSource(concept, CellType.TEXT, real))));
      }
      return new Opened(rows.get(), new LabelTable(Layout.LONG, concepts));
    }
    return wide(config, path, Layout.WIDE, inputs.table(path, "labels", PlaceRow.class), inputs);
  }

  private static Optional<TableInput> find(
      InputPath path, Class<? extends Record> rowType, Inputs inputs) {
    try {
      return Optional.of(inputs.table(path, "labels", rowType));
    } catch (InputException e) {
      // Another layout may fit; if none does, the last one's message tells.
      return Optional.empty();
    }
  }

  private static Opened wide(
      LabelSource config, InputPath path, Layout layout, TableInput table, Inputs inputs)
      throws IOException {
    List<ConceptSource> concepts = new ArrayList<>();
    for (String concept : config.concepts()) {
      List<ColumnSource> columns = new ArrayList<>();
      for (String column : concept.split("/", -1)) {
        CellType type = type(column, path, table, inputs);
        columns.add(
            new ColumnSource(
                column, type, type == CellType.NUMBER || config.realValued().contains(concept)));
      }
      concepts.add(new ConceptSource(concept, columns));
    }
    return new Opened(table, new LabelTable(layout, concepts));
  }

  private static CellType type(String column, InputPath path, TableInput table, Inputs inputs)
      throws IOException {
    String file =
        table.files().stream()
            .findFirst()
            .orElseThrow(() -> new InputException("Table %s has no rows".formatted(path)))
            .path();
    return CellType.of(inputs.tables(), file, column, "concepts: Table " + path);
  }

  /** Reads the labels of rows [from, to) of a file. */
  void read(TableReader tables, String path, long from, long to, Sink sink) throws IOException {
    switch (layout) {
      case LONG -> readLong(tables, path, from, to, sink);
      case WIDE, ACTIVATIONS -> readWide(tables, path, from, to, sink);
      case RANGES -> readRanges(tables, path, from, to, sink);
    }
  }

  /** The same labels as if all values were numbers, so that none is a class that is counted. */
  LabelTable withoutClasses() {
    return new LabelTable(
        layout,
        concepts.stream()
            .map(
                concept ->
                    new ConceptSource(
                        concept.name(),
                        concept.columns().stream()
                            .map(
                                column ->
                                    new ColumnSource(
                                        column.name(), column.type(), /* real= */ true))
                            .toList()))
            .toList());
  }

  /** The same labels as {@link LabelRanges} writes them. */
  LabelTable inRanges() {
    return new LabelTable(Layout.RANGES, concepts);
  }

  private static void readRanges(TableReader tables, String path, long from, long to, Sink sink)
      throws IOException {
    try (RowReader<RangedLabelRow> rows = tables.read(path, RangedLabelRow.class, from, to)) {
      for (long row = from; rows.hasNext(); row++) {
        RangedLabelRow label = rows.next();
        sink.accept(
            new Place(row, label.sequenceId(), label.position(), label.tokenId()),
            label.concept(),
            label.values());
      }
    }
  }

  private void readLong(TableReader tables, String path, long from, long to, Sink sink)
      throws IOException {
    Map<String, Integer> places = new HashMap<>();
    for (ConceptSource concept : concepts) {
      places.put(concept.name(), places.size());
    }
    try (RowReader<LongRow> rows = tables.read(path, LongRow.class, from, to);
        TokenColumn tokens = TokenColumn.open(tables, path, from, to)) {
      for (long row = from; rows.hasNext(); row++) {
        LongRow label = rows.next();
        int concept = places.getOrDefault(label.concept(), -1);
        Place place = new Place(row, label.sequenceId(), label.position(), tokens.next());
        if (concept < 0) {
          sink.accept(place, concept, List.of(label.concept()));
        } else if (label.value() != null) {
          sink.accept(place, concept, List.of(label.value()));
        }
      }
    }
  }

  private void readWide(TableReader tables, String path, long from, long to, Sink sink)
      throws IOException {
    List<Closeable> open = new ArrayList<>();
    try {
      RowReader<PlaceRow> places = tables.read(path, PlaceRow.class, from, to);
      open.add(places);
      TokenColumn tokens = TokenColumn.open(tables, path, from, to);
      open.add(tokens);
      List<List<Cells>> cells = new ArrayList<>();
      for (ConceptSource concept : concepts) {
        List<Cells> columns = new ArrayList<>();
        for (ColumnSource column : concept.columns()) {
          Cells read =
              new Cells(column.type(), column.type().read(tables, path, column.name(), from, to));
          open.add(read.rows());
          columns.add(read);
        }
        cells.add(columns);
      }
      for (long row = from; places.hasNext(); row++) {
        PlaceRow at = places.next();
        Place place = new Place(row, at.sequenceId(), at.position(), tokens.next());
        for (int concept = 0; concept < cells.size(); concept++) {
          List<Optional<String>> values = cells.get(concept).stream().map(Cells::next).toList();
          if (values.stream().allMatch(Optional::isPresent)) {
            sink.accept(place, concept, values.stream().map(Optional::orElseThrow).toList());
          }
        }
      }
    } finally {
      for (Closeable each : open) {
        each.close();
      }
    }
  }

  /** Cells of one column. */
  private record Cells(CellType type, RowReader<?> rows) {
    Optional<String> next() {
      return type.text(rows.next());
    }
  }
}
