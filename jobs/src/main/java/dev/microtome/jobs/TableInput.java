package dev.microtome.jobs;

import java.io.Serializable;
import java.util.List;
import java.util.Map;

/**
 * A table to read, as it was when the run was planned: plain data that ships to executors.
 *
 * @param path the table's folder, fully qualified
 * @param digest changes when the table's content does
 * @param files in the order of their names, which is the order of the rows
 * @param metadata what the writer said about the table, such as {@code dtype}; empty for a folder
 *     that something else wrote
 */
public record TableInput(
    String path, String digest, List<TableFile> files, Map<String, String> metadata)
    implements Serializable {
  public TableInput {
    files = List.copyOf(files);
    metadata = Map.copyOf(metadata);
  }

  /** Rows of all files together. */
  public long rows() {
    return files.stream().mapToLong(TableFile::rows).sum();
  }

  /**
   * One Parquet file.
   *
   * @param path fully qualified
   * @param identity changes when the content does: a digest of it in a run, else of the file's size
   *     and time of change
   */
  public record TableFile(String path, long rows, long bytes, String identity)
      implements Serializable {}
}
