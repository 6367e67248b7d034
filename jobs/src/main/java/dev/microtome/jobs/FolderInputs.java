package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.run.Digest;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.RunDirectory;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Finds folders of a kind that is known by a file: alone, side by side, or in a run's artifact. */
final class FolderInputs {
  private final HadoopFileStore files;
  private final RunInputFolders runs;
  private final ModelInputs models;

  FolderInputs(HadoopFileStore files, RunInputFolders runs, ModelInputs models) {
    this.files = files;
    this.runs = runs;
    this.models = models;
  }

  /** The folders behind a path, each read for its digest, in the order of their names. */
  List<ModelFolder> find(InputPath path, String artifact, String file) throws IOException {
    Optional<FileEntry> entry = files.status(path.value()).filter(FileEntry::folder);
    Optional<RunInputFolders.Place> place =
        entry.isPresent() ? Optional.empty() : runs.inside(path.value(), artifact);
    if (entry.isEmpty() && place.isEmpty()) {
      throw new InputException(artifact + " " + path + ": no such folder");
    }
    String folder = place.isPresent() ? place.get().folder() : entry.orElseThrow().path();
    Optional<RunDirectory> run =
        place.isPresent() ? Optional.of(place.get().run()) : runs.at(folder);
    Optional<RunDirectory> around = run.isPresent() ? run : runs.around(folder);
    if (around.isPresent()) {
      runs.finished(artifact + " " + path, around.get());
    }
    if (run.isPresent() && place.isEmpty()) {
      folder = run.get().path(artifact);
      if (!files.exists(folder)) {
        throw new InputException(
            "%s %s: run %s has no %s".formatted(artifact, path, run.get().id(), artifact));
      }
    }
    Map<String, List<FileEntry>> found = new LinkedHashMap<>();
    for (String candidate : candidates(folder)) {
      if (files.exists(FileStore.resolve(candidate, file))) {
        found.put(candidate, ModelInputs.modelFiles(files.list(candidate)));
      }
    }
    if (found.isEmpty()) {
      throw new InputException(
          "%s %s: neither the folder nor one inside it has a %s".formatted(artifact, path, file));
    }
    // A folder that has the file is one of the kind, whatever else lies in it.
    if (found.containsKey(folder)) {
      found.keySet().retainAll(List.of(folder));
    }
    Map<String, ModelFolder> read = models.digested(found);
    return found.keySet().stream().map(read::get).toList();
  }

  private List<String> candidates(String folder) throws IOException {
    List<String> candidates = new ArrayList<>(List.of(folder));
    files.list(folder).stream()
        .filter(FileEntry::folder)
        .filter(entry -> !entry.name().startsWith(".") && !entry.name().startsWith("_"))
        .sorted(Comparator.comparing(FileEntry::name))
        .forEach(entry -> candidates.add(entry.path()));
    return candidates;
  }

  /** Changes when a name or a byte of a folder does. */
  static String digest(List<ModelFolder> folders) {
    StringBuilder facts = new StringBuilder();
    for (ModelFolder folder : folders) {
      facts.append(folder.name()).append('\n').append(folder.digest()).append('\n');
    }
    return Digest.of(facts.toString());
  }
}
