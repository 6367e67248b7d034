package dev.microtome.run;

import java.util.ArrayList;
import java.util.List;

/**
 * An input as a run found it.
 *
 * @param kind "text", "table", "model", "checkpoints" or "file"
 * @param path as it was resolved, fully qualified
 * @param digest SHA-256 that changes when the input does; what it covers depends on the kind
 * @param files number of files
 * @param rows rows of a table, else -1
 * @param bytes size of all files together
 * @param runs folders of the runs that it lies in, each once, in order; empty where none
 */
public record InputRecord(
    String kind, String path, String digest, long files, long rows, long bytes, List<String> runs) {
  public InputRecord {
    // Manifests of earlier versions have none.
    runs = runs == null ? List.of() : List.copyOf(runs);
  }

  /** The folders of the runs that these paths lie in, each once, in order. */
  public static List<String> runsOf(List<String> paths) {
    return paths.stream().flatMap(path -> runsOf(path).stream()).distinct().sorted().toList();
  }

  private static List<String> runsOf(String path) {
    List<String> runs = new ArrayList<>();
    for (int from = 0, slash; from < path.length(); from = slash + 1) {
      slash = path.indexOf('/', from) < 0 ? path.length() : path.indexOf('/', from);
      if (RunDirectory.isId(path.substring(from, slash))) {
        runs.add(path.substring(0, slash));
      }
    }
    return runs;
  }
}
