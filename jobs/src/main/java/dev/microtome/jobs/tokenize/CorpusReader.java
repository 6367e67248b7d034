package dev.microtome.jobs.tokenize;

import dev.microtome.jobs.TableReader;
import dev.microtome.run.FileStore;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import dev.microtome.text.Document;
import dev.microtome.text.DocumentReader;
import dev.microtome.text.DocumentSink;
import dev.microtome.text.DocumentUnit;
import dev.microtome.text.TextFormat;
import dev.microtome.text.TextSlice;
import java.io.IOException;
import java.util.Map;

/** Documents of every kind of file, tables included. */
final class CorpusReader {
  private final DocumentReader files;
  private final TableReader tables;
  private final String textField;

  CorpusReader(FileStore files, TableReader tables, DocumentUnit unit, String textField) {
    this.files = new DocumentReader(files, unit, textField);
    this.tables = tables;
    this.textField = textField;
  }

  /** The column of a table that holds the text, whatever its name there. */
  record TextRow(@Column(doc = "the document") String text) {}

  void read(TextSlice slice, DocumentSink sink) throws IOException {
    if (slice.format() != TextFormat.PARQUET) {
      files.read(slice, sink);
      return;
    }
    TableReader.Rows range = tables.rows(slice.path(), slice.from(), slice.to());
    try (RowReader<TextRow> rows =
        tables.read(
            slice.path(), TextRow.class, Map.of("text", textField), range.from(), range.to())) {
      for (long row = range.from(); rows.hasNext(); row++) {
        sink.accept(new Document(slice.name() + "#" + row, rows.next().text()));
      }
    }
  }
}
