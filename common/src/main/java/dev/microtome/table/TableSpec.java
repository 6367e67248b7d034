package dev.microtome.table;

import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;

/**
 * A table that a job writes: its name, its row record, what it holds.
 *
 * @param name name of the folder inside the run, snake_case
 * @param rowType record whose components are the columns; each carries a {@link Column}
 * @param doc one sentence: what a row is
 * @param metadata facts that go with the data into each Parquet footer and the manifest, such as
 *     {@code dtype} and {@code shape}
 */
public record TableSpec<R extends Record>(
    String name, Class<R> rowType, String doc, Map<String, String> metadata)
    implements Serializable {
  public TableSpec {
    if (!name.matches("[a-z][a-z0-9_]*")) {
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

  public RowSchema schema() {
    return RowSchema.of(rowType);
  }
}
