package dev.microtome.text;

import dev.microtome.run.InputException;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What a text file holds, told by its suffix. */
public enum TextFormat {
  /** {@code .txt}, {@code .md}: UTF-8 text, cut into documents by {@link DocumentUnit}. */
  PLAIN,
  /** {@code .jsonl}: one JSON object a line, a field of which is the document. */
  JSON_LINES,
  /**
   * {@code .json}: one array of strings or of objects, a field of which is the document; not cut
   * into several parts.
   */
  JSON_ARRAY,
  /**
   * {@code .parquet}: a table, a string column of which holds the documents; cut between row
   * groups.
   */
  PARQUET;

  private static final Map<String, TextFormat> BY_SUFFIX =
      Map.of(
          ".txt",
          PLAIN,
          ".md",
          PLAIN,
          ".jsonl",
          JSON_LINES,
          ".json",
          JSON_ARRAY,
          ".parquet",
          PARQUET);

  /** Every suffix that is understood. */
  public static Set<String> suffixes() {
    return BY_SUFFIX.keySet();
  }

  /**
   * The format of a file.
   *
   * @throws InputException when the name has no suffix that is understood
   */
  public static TextFormat of(String path) {
    TextFormat format = BY_SUFFIX.get(path.substring(Math.max(0, path.lastIndexOf('.'))));
    if (format == null) {
      throw new InputException(
          "Unknown kind of text file: "
              + path
              + " (known: "
              + String.join(", ", new TreeSet<>(suffixes()))
              + ")");
    }
    return format;
  }

  /** Whether a part may begin in the middle of a file. */
  boolean splits(DocumentUnit unit) {
    return this == JSON_LINES || this == PARQUET || (this == PLAIN && unit != DocumentUnit.FILE);
  }
}
