package dev.microtome.jobs;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ModelCopies;
import dev.microtome.run.Digest;
import dev.microtome.run.FileEntry;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Finds model folders and digests their files. */
final class ModelInputs {
  private final HadoopFileStore files;
  private final RunInputFolders runs;

  ModelInputs(HadoopFileStore files, RunInputFolders runs) {
    this.files = files;
    this.runs = runs;
  }

  /** Whether a file of this name may be a part of a model. */
  static boolean isModelFile(String name) {
    return name.matches("[^._].*\\.(json|safetensors|txt|model|jinja)");
  }

  ModelFolder open(InputPath path) throws IOException {
    FileEntry folder =
        files
            .status(path.value())
            .filter(FileEntry::folder)
            .orElseThrow(() -> new InputException("Model " + path + ": no such folder"));
    List<FileEntry> parts = modelFiles(files.list(folder.path()));
    if (parts.isEmpty()) {
      throw new InputException("Model " + path + ": holds neither config.json nor *.safetensors");
    }
    return digested(Map.of(folder.path(), parts)).get(folder.path());
  }

  /** Those of a folder's files that a model may be made of. */
  static List<FileEntry> modelFiles(List<FileEntry> inside) {
    return inside.stream().filter(file -> !file.folder() && isModelFile(file.name())).toList();
  }

  /**
   * Reads the files of all folders, several at once.
   *
   * @throws InputException if one is not what the run it lies in wrote
   */
  Map<String, ModelFolder> digested(Map<String, List<FileEntry>> folders) throws IOException {
    List<FileEntry> all = folders.values().stream().flatMap(List::stream).toList();
    List<String> digests = Reads.inParallel(all, file -> ModelCopies.digest(files, file.path()));
    Map<String, String> byPath = new HashMap<>();
    for (int i = 0; i < all.size(); i++) {
      runs.requireAsWritten(all.get(i).path(), digests.get(i));
      byPath.put(all.get(i).path(), digests.get(i));
    }
    Map<String, ModelFolder> models = new HashMap<>();
    folders.forEach(
        (folder, parts) ->
            models.put(
                folder,
                of(
                    folder,
                    parts.stream()
                        .map(
                            file ->
                                new ModelFolder.ModelFile(
                                    file.name(), file.bytes(), byPath.get(file.path())))
                        .toList())));
    return models;
  }

  /** A folder whose files are known with their digests, in the order of their names. */
  static ModelFolder of(String folder, List<ModelFolder.ModelFile> parts) {
    StringBuilder facts = new StringBuilder();
    for (ModelFolder.ModelFile file : parts) {
      facts.append(file.name()).append('\n').append(file.sha256()).append('\n');
    }
    return new ModelFolder(folder, Digest.of(facts.toString()), parts);
  }
}
