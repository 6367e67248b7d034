package dev.microtome.jobs.gaps;

import dev.microtome.config.ConfigException;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.labels.CellType;
import dev.microtome.run.InputException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;

/** Which columns of a table of documents are read, and how. */
record DocumentColumns(
    String text, String label, CellType labelType, String concept, CellType conceptType) {

  /** The text, whatever its column's name. */
  record TextRow(@Column(doc = "the document") String text) {}

  /** Takes what stands in one row. */
  @FunctionalInterface
  interface Sink {
    void accept(long row, String label, String concept);
  }

  /**
   * Finds them in the first file.
   *
   * @throws InputException naming a column that is not there, or is of no fitting type
   */
  static DocumentColumns find(TprGapConfig config, TableInput table, Inputs inputs)
      throws IOException {
    String file = table.files().get(0).path();
    try {
      texts(config.textColumn(), inputs.tables(), file, 0, 0).close();
    } catch (InputException e) {
      throw new ConfigException("text-column", e);
    }
    return new DocumentColumns(
        config.textColumn(),
        config.labelColumn(),
        type("label-column", config.labelColumn(), file, inputs),
        config.conceptColumn(),
        type("concept-column", config.conceptColumn(), file, inputs));
  }

  static RowReader<TextRow> texts(
      String column, TableReader tables, String path, long from, long to) throws IOException {
    return tables.read(path, TextRow.class, Map.of("text", column), from, to);
  }

  private static CellType type(String key, String column, String file, Inputs inputs)
      throws IOException {
    Optional<InputException> last = Optional.empty();
    for (CellType type : CellType.values()) {
      try {
        type.read(inputs.tables(), file, column, 0, 0).close();
        return type;
      } catch (InputException ofAnotherTypeOrMissing) {
        // The next type may fit; what fits none is refused below.
        last = Optional.of(ofAnotherTypeOrMissing);
      }
    }
    throw new InputException(
        "%s: %s has no column '%s' of %s"
            .formatted(key, file, column, Arrays.toString(CellType.values())),
        last.orElseThrow());
  }

  /** Reads labels and concepts of all rows of a file. */
  void forEach(TableInput.TableFile file, TableReader tables, Sink sink) throws IOException {
    try (RowReader<?> labels = labelType.read(tables, file.path(), label, 0, file.rows());
        RowReader<?> concepts = conceptType.read(tables, file.path(), concept, 0, file.rows())) {
      for (long row = 0; labels.hasNext(); row++) {
        sink.accept(
            row,
            value(labelType, labels.next(), label, file, row),
            value(conceptType, concepts.next(), concept, file, row));
      }
    }
  }

  private static String value(
      CellType type, Record cell, String column, TableInput.TableFile file, long row) {
    String value = type.text(cell);
    if (type == CellType.NUMBER && !Double.isFinite(Double.parseDouble(value))) {
      throw new InputException(
          "%s: column %s is %s in row %d".formatted(file.path(), column, value, row));
    }
    return value;
  }
}
