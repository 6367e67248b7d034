package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** Finds text files. */
final class TextInputs {
  private final FileStore files;

  TextInputs(FileStore files) {
    this.files = files;
  }

  /** Files of a file, a folder or a glob whose names end with one of the suffixes. */
  List<FileEntry> find(InputPath path, Set<String> suffixes) throws IOException {
    Optional<FileEntry> entry = files.status(path.value());
    List<FileEntry> starts;
    if (entry.isPresent()) {
      if (!entry.get().folder() && !hasSuffix(entry.get(), suffixes)) {
        throw new InputException(
            "Input "
                + path
                + ": not a text file by its name (must end with "
                + all(suffixes)
                + ")");
      }
      starts = List.of(entry.get());
    } else {
      starts = Paths.isPattern(path) ? files.glob(path.value()) : List.of();
      if (starts.isEmpty()) {
        throw new InputException(
            "Input "
                + path
                + (Paths.isPattern(path) ? ": no file matches" : ": no such file or folder"));
      }
    }
    List<FileEntry> found = new ArrayList<>();
    for (FileEntry start : starts) {
      if (start.folder()) {
        for (FileEntry file : files.listRecursively(start.path())) {
          if (hasSuffix(file, suffixes) && !Paths.isHidden(file, start)) {
            found.add(file);
          }
        }
      } else if (hasSuffix(start, suffixes)) {
        found.add(start);
      }
    }
    if (found.isEmpty()) {
      throw new InputException(
          "Input " + path + ": holds no text file (names ending with " + all(suffixes) + ")");
    }
    return found;
  }

  private static boolean hasSuffix(FileEntry file, Set<String> suffixes) {
    return suffixes.stream().anyMatch(file.name()::endsWith);
  }

  private static String all(Set<String> suffixes) {
    return suffixes.stream().sorted().collect(Collectors.joining(", "));
  }
}
