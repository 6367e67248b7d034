package dev.microtome.table;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * A table that a job writes: its name, its row record, what it holds.
 *
 * @param name name of the folder inside the run, snake_case; with {@code _} before it for an
 *     internal table, which later stages of the run read and a finished run has no more
 * @param rowType record whose components are the columns; each carries a {@link Column}
 * @param doc one sentence: what a row is
 * @param metadata facts that go with the data into each Parquet footer and the manifest, such as
 *     {@code dtype} and {@code shape}
 */
public record TableSpec<R extends Record>(
    String name, Class<R> rowType, String doc, Map<String, String> metadata)
    implements Serializable {
  public TableSpec {
    if (!name.matches("_?[a-z][a-z0-9_]*")) {
      throw new IllegalArgumentException("Invalid table name: " + name + " (must be snake_case)");
    }
    metadata = Map.copyOf(metadata);
    RowSchema.of(rowType);
  }

  public static <R extends Record> TableSpec<R> of(String name, Class<R> rowType, String doc) {
    return new TableSpec<>(name, rowType, doc, Map.of());
  }

  /** The same table with these entries added to its metadata. */
  public TableSpec<R> withMetadata(Map<String, String> entries) {
    Map<String, String> all = new TreeMap<>(metadata);
    all.putAll(entries);
    return new TableSpec<>(name, rowType, doc, all);
  }

  /** Whether the table passes from one stage of a run to the next and is gone when it ends. */
  public boolean internal() {
    return isInternal(name);
  }

  /** Whether this is the name of an internal table. */
  public static boolean isInternal(String name) {
    return name.startsWith("_");
  }

  public RowSchema schema() {
    return RowSchema.of(rowType);
  }
}
