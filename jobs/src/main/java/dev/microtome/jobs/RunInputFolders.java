package dev.microtome.jobs;

import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.Manifest;
import dev.microtome.run.RunDirectory;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Finds the runs that inputs lie in. A run is checked once, however many inputs it holds. */
final class RunInputFolders {
  private static final int DEEPEST = 2; // NAME/step-N
  private static final int DEEPEST_FILE = 4; // model/NAME/step-N/FILE

  private final FileStore files;
  private final Map<String, Manifest> finished = new HashMap<>();
  private final Map<String, Map<String, String>> written = new HashMap<>();

  RunInputFolders(FileStore files) {
    this.files = files;
  }

  /**
   * The run behind a run's folder or an output folder, whose {@code latest} is followed.
   *
   * @throws InputException if it is an output folder in which no run has finished
   */
  Optional<RunDirectory> at(String folder) throws IOException {
    String latest = FileStore.resolve(folder, RunDirectory.LATEST);
    if (!files.exists(latest)) {
      Optional<RunDirectory> run = named(folder);
      if (run.isEmpty()) {
        requireNoneUnfinished(folder);
      }
      return run;
    }
    String id = files.readString(latest).strip();
    if (!id.matches("[A-Za-z0-9-]+")) {
      throw new InputException(latest + ": not the id of a run: " + id);
    }
    return Optional.of(RunDirectory.of(files, folder, id));
  }

  private void requireNoneUnfinished(String folder) throws IOException {
    for (FileEntry entry : files.list(folder)) {
      if (entry.folder() && RunDirectory.isId(entry.name()) && named(entry.path()).isPresent()) {
        throw new InputException(
            "%s: an output folder without a finished run (no file 'latest'): %s failed, was killed or is still being written"
                .formatted(Summary.display(folder), entry.name()));
      }
    }
  }

  /**
   * Where a path leads that begins with an output folder, or a run's, and goes on inside one of its
   * artifacts: {@code OUTPUT/NAME}, {@code OUTPUT/NAME/step-N}. Empty where there is nothing.
   */
  Optional<Place> inside(String path, String artifact) throws IOException {
    String whole = path.replaceFirst("/+$", "");
    Optional<String> above = Paths.parent(whole);
    for (int i = 0; i < DEEPEST && above.isPresent(); i++) {
      Optional<RunDirectory> run = files.exists(above.get()) ? at(above.get()) : Optional.empty();
      if (run.isPresent()) {
        String folder = run.get().path(artifact + whole.substring(above.get().length()));
        return files.exists(folder) ? Optional.of(new Place(run.get(), folder)) : Optional.empty();
      }
      above = above.flatMap(Paths::parent);
    }
    return Optional.empty();
  }

  /** The run that a folder of an artifact lies in: {@code RUN/ARTIFACT} or {@code .../NAME}. */
  Optional<RunDirectory> around(String folder) throws IOException {
    Optional<String> above = Paths.parent(folder);
    for (int i = 0; i < DEEPEST && above.isPresent(); i++) {
      String path = above.get();
      if (RunDirectory.isId(path.substring(path.lastIndexOf('/') + 1))) {
        return named(path);
      }
      above = Paths.parent(path);
    }
    return Optional.empty();
  }

  /** A folder of a run's artifact. */
  record Place(RunDirectory run, String folder) {}

  /** The run whose own folder this is. */
  Optional<RunDirectory> named(String folder) throws IOException {
    if (!files.exists(FileStore.resolve(folder, RunDirectory.MANIFEST))) {
      return Optional.empty();
    }
    int slash = folder.lastIndexOf('/');
    return Optional.of(
        RunDirectory.of(files, folder.substring(0, slash), folder.substring(slash + 1)));
  }

  /**
   * The manifest of a run that succeeded and has all its files.
   *
   * @param what names the input in the refusal
   */
  Manifest finished(String what, RunDirectory run) throws IOException {
    Manifest known = finished.get(run.path());
    if (known != null) {
      return known;
    }
    if (!run.succeeded()) {
      throw new InputException(
          what
              + ": run "
              + run.id()
              + " has no "
              + RunDirectory.SUCCESS
              + ": it failed, was killed or is still being written");
    }
    String path = run.path(RunDirectory.MANIFEST);
    Manifest manifest = Manifest.parse(files.readString(path), path);
    Optional<String> damage = run.damage();
    if (damage.isPresent()) {
      throw new InputException(what + " is damaged: " + damage.get());
    }
    finished.put(run.path(), manifest);
    return manifest;
  }

  /**
   * Refuses a file whose content is not what its run wrote, be it damaged or put in the place of
   * another. What lies in no run, or is not listed by its run, is taken as it is.
   */
  void requireAsWritten(String file, String sha256) throws IOException {
    String folder = parent(file);
    for (int i = 0; i < DEEPEST_FILE && !folder.isEmpty(); i++) {
      String expected = written(folder).get(file);
      if (expected != null && !expected.equals(sha256)) {
        throw new InputException(
            "%s is damaged: its sha256 is %s, its run wrote %s (%s). A copy outside of the run may hold anything."
                .formatted(
                    Summary.display(file),
                    sha256,
                    expected,
                    Summary.display(FileStore.resolve(folder, RunDirectory.MANIFEST))));
      }
      folder = parent(folder);
    }
  }

  /** Digests by path of the files that a run in this folder wrote; none where no run is. */
  private Map<String, String> written(String folder) throws IOException {
    Map<String, String> known = written.get(folder);
    if (known != null) {
      return known;
    }
    Map<String, String> digests = new HashMap<>();
    String name = folder.substring(folder.lastIndexOf('/') + 1);
    String path = FileStore.resolve(folder, RunDirectory.MANIFEST);
    if (RunDirectory.isId(name) && files.exists(path)) {
      Manifest manifest = Manifest.parse(files.readString(path), path);
      manifest
          .artifacts()
          .values()
          .forEach(
              artifact ->
                  artifact
                      .files()
                      .forEach(
                          file ->
                              digests.put(FileStore.resolve(folder, file.path()), file.sha256())));
      manifest
          .tables()
          .values()
          .forEach(
              table ->
                  table
                      .files()
                      .forEach(
                          file ->
                              digests.put(FileStore.resolve(folder, file.path()), file.sha256())));
    }
    written.put(folder, digests);
    return digests;
  }

  private static String parent(String path) {
    return path.substring(0, Math.max(0, path.lastIndexOf('/')));
  }
}
