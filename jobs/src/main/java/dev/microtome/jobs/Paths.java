package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.run.FileEntry;
import java.util.Optional;

/** What the text of a path tells. */
final class Paths {
  private Paths() {}

  static boolean isPattern(InputPath path) {
    return path.value().chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  /**
   * The folder above a file or folder, as the path has it; empty at the top: in {@code /}, in a
   * bucket, or where the path is one name.
   */
  static Optional<String> parent(String path) {
    int authority = path.indexOf("://");
    int root = authority < 0 ? path.indexOf(":/") + 1 : path.indexOf('/', authority + 3);
    int slash = path.lastIndexOf('/');
    return root < 0 || slash <= root ? Optional.empty() : Optional.of(path.substring(0, slash));
  }

  static boolean isHidden(FileEntry file, FileEntry folder) {
    String relative = file.path().substring(folder.path().length());
    return relative.contains("/.") || relative.contains("/_");
  }
}
