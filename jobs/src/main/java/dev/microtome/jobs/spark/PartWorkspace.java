package dev.microtome.jobs.spark;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.microtome.jobs.Workspace;
import dev.microtome.run.ArtifactFile;
import dev.microtome.run.Digest;
import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;

/**
 * A workspace as one attempt sees it:
 *
 * <pre>
 * WORK/ATTEMPT/state-3/…     files of the attempt's newest state, and of the one before
 * WORK/ATTEMPT/artifacts/…   artifacts written before a state was saved
 * WORK/ATTEMPT.json          points to the newest state, replaced in one step
 * </pre>
 *
 * <p>No attempt changes what another has written, so that none can harm another.
 */
final class PartWorkspace implements Workspace {
  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final int RESTORES = 5;

  private final FileStore files;
  private final String run;
  private final String folder;
  private final PartArtifacts artifacts;
  private final Runnable cancellation;
  private final String attempt = UUID.randomUUID().toString();
  private int saves;

  /**
   * @param folder what the attempts at this part share
   * @param cancellation throws when the attempt should stop
   */
  PartWorkspace(
      FileStore files, String run, String folder, PartArtifacts artifacts, Runnable cancellation) {
    this.files = files;
    this.run = run;
    this.folder = folder;
    this.artifacts = artifacts;
    this.cancellation = cancellation;
  }

  /**
   * What a pointer says. Its places are relative to the workspace.
   *
   * @param state folder of the state
   * @param files names, sizes and digests in it
   * @param artifacts places and files
   */
  record Pointer(
      long units, String state, List<ArtifactFile> files, List<StagedArtifact> artifacts) {}

  @Override
  public void save(long units, StateWriter writer) throws IOException {
    cancellation.run();
    artifacts.moveTo(place(attempt + "/artifacts"));
    String state = attempt + "/state-" + saves;
    Map<String, DigestingStream> open = new TreeMap<>();
    List<ArtifactFile> written = new ArrayList<>();
    try {
      writer.write(name -> create(state, name, open, written));
    } finally {
      open.values().forEach(DigestingStream::abandon);
    }
    if (written.size() < open.size()) {
      throw new IllegalStateException("a file of a state was not closed: " + open.keySet());
    }
    List<StagedArtifact> kept =
        artifacts.whole().stream()
            .map(one -> new StagedArtifact(relative(one.path()), one.file()))
            .toList();
    files.replace(
        place(attempt + ".json"),
        MAPPER.writeValueAsString(new Pointer(units, state, written, kept)));
    // The last one stays: another attempt may just be reading it.
    if (saves >= 2) {
      files.delete(place(attempt + "/state-" + (saves - 2)));
    }
    saves++;
  }

  private OutputStream create(
      String state, String name, Map<String, DigestingStream> open, List<ArtifactFile> written)
      throws IOException {
    ArtifactFile.requirePath("state/" + name);
    if (name.contains("/") || open.containsKey(name)) {
      throw new IllegalArgumentException(
          "Invalid name in a state: " + name + " (folder, or twice)");
    }
    DigestingStream stream =
        new DigestingStream(
            files.create(place(state + "/" + name)),
            (bytes, sha256) -> written.add(new ArtifactFile(name, bytes, sha256)));
    open.put(name, stream);
    return stream;
  }

  @Override
  public <T> Optional<T> restore(StateReader<T> reader) throws IOException {
    if (!artifacts.isEmpty()) {
      throw new IllegalStateException(
          "a state is restored before artifacts are written, not after");
    }
    for (int i = 0; ; i++) {
      Optional<Pointer> furthest = furthest();
      if (furthest.isEmpty()) {
        return Optional.empty();
      }
      try {
        T state = reader.read(saved(furthest.get()));
        artifacts.adopt(furthest.get().artifacts());
        return Optional.of(state);
      } catch (FileNotFoundException e) {
        // The attempt that saved it is alive and two states further by now.
        if (i == RESTORES) {
          throw e;
        }
      }
    }
  }

  private SavedState saved(Pointer pointer) {
    return new SavedState() {
      @Override
      public long units() {
        return pointer.units();
      }

      @Override
      public InputStream open(String name) throws IOException {
        return files.open(place(pointer.state() + "/" + name));
      }
    };
  }

  /** The furthest of the states that are whole, its artifacts where they lie now. */
  private Optional<Pointer> furthest() throws IOException {
    if (!files.exists(folder)) {
      return Optional.empty();
    }
    List<Pointer> pointers = new ArrayList<>();
    for (FileEntry entry : files.list(folder)) {
      if (!entry.folder() && entry.name().endsWith(".json")) {
        try {
          pointers.add(MAPPER.readValue(files.readString(entry.path()), Pointer.class));
        } catch (JsonProcessingException | FileNotFoundException e) {
          System.getLogger(PartWorkspace.class.getName())
              .log(System.Logger.Level.WARNING, entry.path() + " is not readable", e);
        }
      }
    }
    pointers.sort(Comparator.comparingLong(Pointer::units).reversed());
    for (Pointer pointer : pointers) {
      Optional<Pointer> whole = located(pointer);
      if (whole.isPresent()) {
        return whole;
      }
    }
    return Optional.empty();
  }

  private Optional<Pointer> located(Pointer pointer) throws IOException {
    for (ArtifactFile file : pointer.files()) {
      if (!isWhole(place(pointer.state() + "/" + file.path()), file)) {
        return Optional.empty();
      }
    }
    List<StagedArtifact> places = new ArrayList<>();
    for (StagedArtifact artifact : pointer.artifacts()) {
      // A driver may have been killed after it moved the file and before it recorded the part.
      String committed = FileStore.resolve(run, artifact.file().path());
      if (isWhole(place(artifact.path()), artifact.file())) {
        places.add(new StagedArtifact(place(artifact.path()), artifact.file()));
      } else if (isWhole(committed, artifact.file())) {
        places.add(new StagedArtifact(committed, artifact.file()));
      } else {
        return Optional.empty();
      }
    }
    return Optional.of(new Pointer(pointer.units(), pointer.state(), pointer.files(), places));
  }

  private boolean isWhole(String path, ArtifactFile file) throws IOException {
    Optional<FileEntry> entry = files.status(path);
    try {
      return entry.isPresent()
          && entry.get().bytes() == file.bytes()
          && Digest.of(files, path).equals(file.sha256());
    } catch (FileNotFoundException e) {
      return false;
    }
  }

  private String place(String relative) {
    return FileStore.resolve(folder, relative);
  }

  private String relative(String path) {
    String inside = FileStore.resolve(folder, "");
    return path.startsWith(inside) ? path.substring(inside.length()) : path;
  }
}
