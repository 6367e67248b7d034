package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.run.FileEntry;

/** What the text of a path tells. */
final class Paths {
  private Paths() {}

  static boolean isPattern(InputPath path) {
    return path.value().chars().anyMatch(c -> "*?[{".indexOf(c) >= 0);
  }

  static boolean isHidden(FileEntry file, FileEntry folder) {
    String relative = file.path().substring(folder.path().length());
    return relative.contains("/.") || relative.contains("/_");
  }
}
