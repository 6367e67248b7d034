package dev.microtome.jobs.gaps;

import dev.microtome.config.ConfigException;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.labels.CellType;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Documents in Parquet files, a row each, and which columns of them are read, and how. */
record DocumentColumns(
    List<TableInput.TableFile> files,
    String text,
    String label,
    CellType labelType,
    String concept,
    CellType conceptType)
    implements DocumentSource {
  private static final long MORE_LABELS = 1024;

  DocumentColumns {
    files = List.copyOf(files);
  }

  /** The text, whatever its column's name. */
  record TextRow(@Column(doc = "the document") String text) {}

  /**
   * Opens a table and finds its columns in the first file.
   *
   * @throws InputException naming a column that is not there, or is of no fitting type
   */
  static DocumentColumns open(TprGapConfig config, Inputs inputs) throws IOException {
    TableInput table = inputs.table(config.documents(), "documents");
    if (table.rows() == 0) {
      throw new InputException("documents: %s has no rows".formatted(config.documents()));
    }
    String file = table.files().get(0).path();
    try {
      texts(config.textColumn(), inputs.tables(), file, 0, 0).close();
    } catch (InputException e) {
      throw new ConfigException("text-column", e);
    }
    return new DocumentColumns(
        table.files(),
        config.textColumn(),
        config.labelColumn(),
        type("label-column", config.labelColumn(), file, inputs),
        config.conceptColumn(),
        type("concept-column", config.conceptColumn(), file, inputs));
  }

  private static RowReader<TextRow> texts(
      String column, TableReader tables, String path, long from, long to) throws IOException {
    return tables.read(path, TextRow.class, Map.of("text", column), from, to);
  }

  private static CellType type(String key, String column, String file, Inputs inputs)
      throws IOException {
    return CellType.of(inputs.tables(), file, column, key + ": " + file);
  }

  @Override
  public List<String> paths() {
    return files.stream().map(TableInput.TableFile::path).toList();
  }

  @Override
  public String unit() {
    return "rows";
  }

  @Override
  public List<DocumentRange.Part> parts(int documents) {
    return DocumentRange.cut(
        files.stream().map(TableInput.TableFile::rows).toList(), MORE_LABELS * documents);
  }

  @Override
  public void labels(DocumentRange range, FileStore store, TableReader tables, LabelSink sink)
      throws IOException {
    String path = files.get(range.file()).path();
    try (RowReader<?> labels = labelType.read(tables, path, label, range.from(), range.to());
        RowReader<?> concepts = conceptType.read(tables, path, concept, range.from(), range.to())) {
      for (long row = range.from(); labels.hasNext(); row++) {
        sink.accept(
            row,
            value(labelType, labels.next(), label, path, row),
            value(conceptType, concepts.next(), concept, path, row));
      }
    }
  }

  private static String value(CellType type, Record cell, String column, String path, long row) {
    String value =
        type.text(cell)
            .orElseThrow(
                () ->
                    new RejectedContentException(
                        "%s: column %s is null in row %d".formatted(path, column, row)));
    if (type == CellType.NUMBER && !Double.isFinite(Double.parseDouble(value))) {
      throw new RejectedContentException(
          "%s: column %s is %s in row %d".formatted(path, column, value, row));
    }
    return value;
  }

  @Override
  public void texts(DocumentSlice slice, FileStore store, TableReader tables, TextSink sink)
      throws IOException {
    try (RowReader<TextRow> rows = texts(text, tables, slice.path(), slice.from(), slice.to())) {
      long row = slice.from();
      for (DocumentSlice.Chosen chosen : slice.documents()) {
        for (; row < chosen.place(); row++) {
          rows.next();
        }
        sink.accept(chosen, rows.next().text());
        row++;
      }
    }
  }
}
