package dev.microtome.jobs.spark;

import dev.microtome.jobs.ModelFolder;
import java.io.IOException;
import java.nio.file.Path;

/** Model folders for the driver, from the same cache as its machine's executors use. */
public final class ModelCopies {
  private ModelCopies() {}

  /** A local folder with the model's files. */
  public static Path folder(HadoopFileStore files, ModelFolder model) throws IOException {
    return LocalCache.ofThisMachine(files).folder(model);
  }

  /**
   * SHA-256 of a model's file, read now; {@link #folder} does not read a local file a second time.
   */
  public static String digest(HadoopFileStore files, String path) throws IOException {
    return LocalCache.read(files, path);
  }
}
