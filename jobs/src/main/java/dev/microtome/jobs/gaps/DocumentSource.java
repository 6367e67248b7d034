package dev.microtome.jobs.gaps;

import dev.microtome.jobs.TableReader;
import dev.microtome.run.FileStore;
import java.io.IOException;
import java.io.Serializable;
import java.util.List;

/** Where documents stand, and how they are read. */
interface DocumentSource extends Serializable {
  /** Takes the label and the concept of a document, empty where it has none. */
  @FunctionalInterface
  interface LabelSink {
    /**
     * Takes them.
     *
     * @param place of the document in its file, larger from one to the next
     */
    void accept(long place, String label, String concept);
  }

  /** Takes the text of a document. */
  @FunctionalInterface
  interface TextSink {
    void accept(DocumentSlice.Chosen document, String text) throws IOException;
  }

  /** The files, in the order of the documents. */
  List<String> paths();

  /** What a place counts: rows or bytes. */
  String unit();

  /**
   * Parts of which labels are read, in the order of the documents: a thousand times as many as the
   * model runs over, for that they take no longer.
   *
   * @param documents that the model runs over
   */
  List<DocumentRange.Part> parts(int documents);

  /** Reads labels and concepts of the documents of a range. */
  void labels(DocumentRange range, FileStore files, TableReader tables, LabelSink sink)
      throws IOException;

  /** Reads the texts of some documents. */
  void texts(DocumentSlice slice, FileStore files, TableReader tables, TextSink sink)
      throws IOException;
}
