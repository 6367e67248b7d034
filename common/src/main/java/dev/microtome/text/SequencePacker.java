package dev.microtome.text;

import java.io.IOException;
import java.util.Arrays;

/**
 * Cuts the ids of documents into rows. No token is lost, doubled or moved: without BOS, the rows
 * laid end to end are the documents laid end to end, with a separator between two of them where the
 * layout packs. Documents without a token are passed over. Holds one row at a time. Not safe for
 * use by several threads.
 */
public final class SequencePacker {
  private final SequenceLayout layout;
  private final Sink sink;
  private final int[] row;
  private int length;
  private String rowDocument;
  private String lastDocument;

  /** Takes rows in order. */
  @FunctionalInterface
  public interface Sink {
    /**
     * Takes one row.
     *
     * @param document name of the document that the row's first token (after BOS) is from; a
     *     separator is of the document it ends
     * @param tokens the caller's to keep
     */
    void accept(String document, int[] tokens) throws IOException;
  }

  public SequencePacker(SequenceLayout layout, Sink sink) {
    this.layout = layout;
    this.sink = sink;
    this.row = new int[layout.contextLength()];
  }

  /** Appends a document. */
  public void add(String document, int[] ids) throws IOException {
    if (ids.length == 0) {
      return;
    }
    if (layout.packs()) {
      if (lastDocument != null) {
        append(lastDocument, layout.separator());
      }
      lastDocument = document;
    }
    for (int id : ids) {
      append(document, id);
    }
    if (!layout.packs()) {
      finish();
    }
  }

  /** Hands out the row that is not full; the next document begins anew. */
  public void finish() throws IOException {
    if (length > 0) {
      emit();
    }
    lastDocument = null;
  }

  private void append(String document, int id) throws IOException {
    if (length == 0) {
      rowDocument = document;
      if (layout.bos() != SequenceLayout.NONE) {
        row[length++] = layout.bos();
      }
    }
    row[length++] = id;
    if (length == row.length) {
      emit();
    }
  }

  private void emit() throws IOException {
    sink.accept(rowDocument, Arrays.copyOf(row, length));
    length = 0;
  }
}
