package dev.microtome.jobs.spark;

import dev.microtome.run.ArtifactFile;
import dev.microtome.run.FileStore;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The artifacts of one attempt at a part, written where no other attempt writes. */
final class PartArtifacts implements Closeable {
  private final FileStore files;
  private final String staging;
  private final String part;
  private final Map<String, DigestingStream> open = new TreeMap<>();
  private final Map<String, StagedArtifact> whole = new TreeMap<>();

  /**
   * @param staging folder of this attempt alone
   * @param part names the part in messages
   */
  PartArtifacts(FileStore files, String staging, String part) {
    this.files = files;
    this.staging = staging;
    this.part = part;
  }

  OutputStream create(String path) throws IOException {
    ArtifactFile.requirePath(path);
    if (open.containsKey(path) || whole.containsKey(path)) {
      throw new IllegalArgumentException(part + " writes " + path + " twice");
    }
    String place = FileStore.resolve(staging, path);
    DigestingStream stream =
        new DigestingStream(
            files.create(place),
            (bytes, sha256) -> {
              open.remove(path);
              whole.put(path, new StagedArtifact(place, new ArtifactFile(path, bytes, sha256)));
            });
    open.put(path, stream);
    return stream;
  }

  boolean isEmpty() {
    return open.isEmpty() && whole.isEmpty();
  }

  /** Takes over what an earlier attempt wrote. */
  void adopt(List<StagedArtifact> earlier) {
    earlier.forEach(artifact -> whole.put(artifact.file().path(), artifact));
  }

  /** Moves closed files that still lie in the attempt's own folder to another one. */
  void moveTo(String folder) throws IOException {
    for (StagedArtifact artifact : List.copyOf(whole.values())) {
      if (artifact.path().startsWith(staging + "/")) {
        String place = FileStore.resolve(folder, artifact.file().path());
        files.rename(artifact.path(), place);
        whole.put(artifact.file().path(), new StagedArtifact(place, artifact.file()));
      }
    }
  }

  /** Files that are closed so far, in the order of their paths. */
  List<StagedArtifact> whole() {
    return List.copyOf(whole.values());
  }

  /** All files, which must be closed. */
  List<StagedArtifact> finish() {
    if (!open.isEmpty()) {
      throw new IllegalStateException(part + " did not close " + String.join(", ", open.keySet()));
    }
    return whole();
  }

  @Override
  public void close() {
    new ArrayList<>(open.values()).forEach(DigestingStream::abandon);
  }
}
