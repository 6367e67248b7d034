package dev.microtome.corpus;

import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenRow;
import java.io.Closeable;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;

/** Rows of one range of sequences; a table's file is opened with its first row. */
final class SequenceSink implements Closeable {
  private final RowWriters writers;
  private final TableSpec<TokenRow> tokensTable;
  private final DocumentText text;
  private final Map<String, RowWriter<?>> open = new LinkedHashMap<>();
  private long tokens;

  SequenceSink(RowWriters writers, TableSpec<TokenRow> tokensTable, DocumentText text) {
    this.writers = writers;
    this.tokensTable = tokensTable;
    this.text = text;
  }

  /** Whether {@link #document} wants rows. */
  boolean wantsText() {
    return text == DocumentText.WRITE;
  }

  void sequence(long id, String document, int[] sequence) throws IOException {
    tokens += sequence.length;
    writer(tokensTable).write(new TokenRow(id, document, sequence));
  }

  void document(DocumentRow row) throws IOException {
    writer(DocumentRow.TABLE).write(row);
  }

  void label(LabelRow row) throws IOException {
    writer(LabelRow.TABLE).write(row);
  }

  void induction(InductionRow row) throws IOException {
    writer(InductionRow.TABLE).write(row);
  }

  /** Tokens of all sequences so far. */
  long tokens() {
    return tokens;
  }

  @Override
  public void close() throws IOException {
    for (RowWriter<?> writer : open.values()) {
      writer.close();
    }
  }

  @SuppressWarnings("unchecked") // a table's name decides its row type
  private <R extends Record> RowWriter<R> writer(TableSpec<R> table) throws IOException {
    RowWriter<?> writer = open.get(table.name());
    if (writer == null) {
      writer = writers.open(table);
      open.put(table.name(), writer);
    }
    return (RowWriter<R>) writer;
  }
}
