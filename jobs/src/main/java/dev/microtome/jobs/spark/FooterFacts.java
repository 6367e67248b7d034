package dev.microtome.jobs.spark;

import java.io.Serializable;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What the footer of a Parquet file says.
 *
 * @param rows number of rows
 * @param entries key-value metadata
 * @param misfit which columns do not serve a record, and why; null where all fit or none were asked
 *     for
 */
public record FooterFacts(long rows, Map<String, String> entries, String misfit)
    implements Serializable {
  /** What the writer said about the table, without what libraries keep for themselves. */
  public Map<String, String> metadata() {
    Map<String, String> own = new TreeMap<>(entries);
    own.keySet()
        .removeIf(
            key ->
                key.equals(ParquetRows.TABLE_KEY)
                    || key.startsWith("org.apache.")
                    || key.startsWith("writer.")
                    || key.equals("ARROW:schema")
                    || key.equals("pandas"));
    return own;
  }

  /** Name, documentation and columns, where the file is ours. */
  Optional<String> table() {
    return Optional.ofNullable(entries.get(ParquetRows.TABLE_KEY));
  }
}
