package dev.microtome.jobs;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Models of one executor JVM as one part sees them: each is loaded once and shared by the parts
 * that run there.
 */
public interface ExecutorModels {
  /**
   * A local folder with the model's files: the folder itself where it lies on a local disk, else a
   * copy that is made once per machine and checked against the digests taken when the run was
   * planned.
   *
   * @throws dev.microtome.run.InputException when the files have changed since the run was planned
   */
  Path folder(ModelFolder model) throws IOException;

  /**
   * The object of this key, loaded by the first caller while the others wait. The part may use it
   * until it ends. After that it stays for later parts, but when other objects are loaded the least
   * recently used of those that no part uses are closed, if they are {@link AutoCloseable}: all but
   * one. The rest is closed when the JVM ends. A failed load is reported to every waiting caller
   * and tried again by the next.
   *
   * @param key identifies all that the object depends on, such as a model's digest and its device
   */
  <M> M shared(String key, Loader<M> loader) throws IOException;

  /** Loads an object. */
  @FunctionalInterface
  interface Loader<M> {
    M load() throws IOException;
  }
}
