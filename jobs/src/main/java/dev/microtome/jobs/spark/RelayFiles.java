package dev.microtome.jobs.spark;

import dev.microtome.jobs.Relay;
import dev.microtome.run.ArtifactFile;
import dev.microtome.run.FileStore;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.UUID;

/** A relay in a folder that all parts of a run see. */
public final class RelayFiles implements Relay {
  private final FileStore files;
  private final String folder;

  public RelayFiles(FileStore files, String folder) {
    this.files = files;
    this.folder = folder;
  }

  @Override
  public void write(String name, Content content) throws IOException {
    String place = place(name);
    // Two attempts at a part may write at once.
    String unfinished = place + "." + UUID.randomUUID();
    try {
      try (OutputStream out = files.create(unfinished)) {
        content.writeTo(out);
      }
      files.rename(unfinished, place);
    } catch (IOException | RuntimeException e) {
      files.delete(unfinished);
      throw e;
    }
  }

  @Override
  public InputStream open(String name) throws IOException {
    return files.open(place(name));
  }

  @Override
  public void delete(String name) throws IOException {
    files.delete(place(name));
  }

  private String place(String name) {
    ArtifactFile.requirePath("relay/" + name);
    return FileStore.resolve(folder, name);
  }
}
