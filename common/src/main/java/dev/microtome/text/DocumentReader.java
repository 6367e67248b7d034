package dev.microtome.text;

import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * Reads documents from slices of text files, one at a time. Text is UTF-8, strictly; a byte-order
 * mark at the start of a file is dropped; {@code \r\n} becomes {@code \n} in plain text, as in
 * Python's text mode, and stays as it is in JSON strings.
 *
 * <p>Together the slices of a file give each of its documents once, wherever the cuts are.
 * Documents are named {@code file} where the file is one document, else {@code file#place}: the
 * byte at which the line or paragraph starts, or the index in a JSON array.
 *
 * <p>Errors are {@link InputException}s that name the file and the line or byte.
 */
public final class DocumentReader {
  /**
   * Most bytes of one document. Encoding takes about 60 bytes of native memory for each, so that
   * this bounds a task at 1 GB.
   */
  public static final int MAX_DOCUMENT_BYTES = 16 << 20;

  private final FileStore files;
  private final DocumentUnit unit;
  private final String textField;

  /**
   * @param unit what a document of a plain text file is
   * @param textField field of a JSON object that holds the text
   */
  public DocumentReader(FileStore files, DocumentUnit unit, String textField) {
    this.files = files;
    this.unit = unit;
    this.textField = textField;
  }

  /**
   * Reads the slice's documents. A document may be empty or white space.
   *
   * @throws IllegalArgumentException for a Parquet file
   */
  public void read(TextSlice slice, DocumentSink sink) throws IOException {
    switch (slice.format()) {
      case PLAIN -> {
        switch (unit) {
          case FILE -> readFile(slice, sink);
          case LINE -> readLines(slice, sink);
          case PARAGRAPH -> readParagraphs(slice, sink);
        }
      }
      case JSON_LINES -> readJsonLines(slice, sink);
      case JSON_ARRAY -> new JsonDocuments(files, textField).readArray(slice, sink);
      case PARQUET ->
          throw new IllegalArgumentException("Parquet is not read here: " + slice.path());
    }
  }

  private void readFile(TextSlice slice, DocumentSink sink) throws IOException {
    byte[] bytes;
    try (InputStream in = files.open(slice.path())) {
      bytes = in.readNBytes(MAX_DOCUMENT_BYTES + 1);
    }
    if (bytes.length > MAX_DOCUMENT_BYTES) {
      throw new InputException(
          slice.path()
              + " has more than "
              + MAX_DOCUMENT_BYTES
              + " bytes, the most that one document may have: use documents = line or paragraph");
    }
    boolean marked =
        bytes.length >= 3
            && bytes[0] == (byte) 0xEF
            && bytes[1] == (byte) 0xBB
            && bytes[2] == (byte) 0xBF;
    int from = marked ? 3 : 0;
    String text = Utf8.decode(bytes, from, bytes.length - from, slice.path(), from);
    sink.accept(new Document(slice.name(), text.replace("\r\n", "\n")));
  }

  private void readLines(TextSlice slice, DocumentSink sink) throws IOException {
    try (InputStream in = open(files, slice)) {
      LineReader lines = lines(in, slice);
      for (boolean first = slice.from() == 0;
          begins(lines, slice, first) && lines.next();
          first = false) {
        if (!lines.blank()) {
          sink.accept(document(slice, lines.start(), lines.text()));
        }
      }
    }
  }

  /**
   * A paragraph belongs to the slice in which the blank line before it begins: that can be told
   * without looking at what is before the slice. Only the first slice of a file has paragraphs
   * without such a line.
   */
  private void readParagraphs(TextSlice slice, DocumentSink sink) throws IOException {
    try (InputStream in = open(files, slice)) {
      LineReader lines = lines(in, slice);
      StringBuilder paragraph = new StringBuilder();
      long start = 0;
      boolean first = slice.from() == 0;
      boolean ours = first;
      for (; begins(lines, slice, ours) && lines.next(); first = false) {
        if (lines.blank()) {
          if (!paragraph.isEmpty()) {
            sink.accept(document(slice, start, paragraph.toString()));
            paragraph.setLength(0);
          }
          ours = first || lines.start() < slice.to();
        } else if (ours) {
          if (paragraph.isEmpty()) {
            start = lines.start();
          } else {
            paragraph.append('\n');
          }
          paragraph.append(lines.text());
          if (paragraph.length() > MAX_DOCUMENT_BYTES) {
            throw new InputException(
                slice.path()
                    + ": the paragraph at byte "
                    + start
                    + " has more than "
                    + MAX_DOCUMENT_BYTES
                    + " bytes, the most that one document may have: use documents = line");
          }
        }
      }
      if (!paragraph.isEmpty()) {
        sink.accept(document(slice, start, paragraph.toString()));
      }
    }
  }

  private void readJsonLines(TextSlice slice, DocumentSink sink) throws IOException {
    JsonDocuments json = new JsonDocuments(files, textField);
    try (InputStream in = open(files, slice)) {
      LineReader lines = lines(in, slice);
      for (boolean first = slice.from() == 0;
          begins(lines, slice, first) && lines.next();
          first = false) {
        if (!lines.blank()) {
          sink.accept(
              document(slice, lines.start(), json.text(lines.text(), slice.path(), lines.start())));
        }
      }
    }
  }

  /** Takes records in the order of the file. */
  @FunctionalInterface
  public interface RecordSink {
    /**
     * Takes one.
     *
     * @param start byte at which its line begins
     * @param values of the fields, in their order
     */
    void accept(long start, List<String> values) throws IOException;
  }

  /**
   * Reads fields of the objects in a slice of a JSON Lines file: texts, numbers and truths as text,
   * null as an empty one.
   *
   * @throws InputException naming the line of an object without one of the fields
   */
  public static void readFields(
      FileStore files, TextSlice slice, List<String> fields, RecordSink sink) throws IOException {
    JsonDocuments json = new JsonDocuments(files, fields.get(0));
    try (InputStream in = open(files, slice)) {
      LineReader lines = lines(in, slice);
      for (boolean first = slice.from() == 0;
          begins(lines, slice, first) && lines.next();
          first = false) {
        if (!lines.blank()) {
          sink.accept(
              lines.start(), json.values(lines.text(), slice.path(), lines.start(), fields));
        }
      }
    }
  }

  /**
   * The first line of a file belongs to the first slice, even one that ends inside the byte-order
   * mark.
   */
  private static boolean begins(LineReader lines, TextSlice slice, boolean anyway) {
    return anyway || lines.end() < slice.to();
  }

  private static Document document(TextSlice slice, long start, String text) {
    return new Document(slice.name() + "#" + start, text);
  }

  /** Opens the file one byte before the slice: a line begins there only if that byte ends one. */
  private static InputStream open(FileStore files, TextSlice slice) throws IOException {
    return files.open(slice.path(), Math.max(0, slice.from() - 1));
  }

  /** Lines that begin at the slice's start or after it. */
  private static LineReader lines(InputStream in, TextSlice slice) throws IOException {
    LineReader lines =
        new LineReader(in, Math.max(0, slice.from() - 1), slice.path(), MAX_DOCUMENT_BYTES);
    if (slice.from() == 0) {
      lines.skipByteOrderMark();
    } else {
      lines.skipLine();
    }
    return lines;
  }
}
