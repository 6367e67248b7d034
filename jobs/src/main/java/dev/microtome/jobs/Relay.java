package dev.microtome.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * Files that the parts of one stage leave for those of a later one, in the run's folder until the
 * run succeeds. They are neither tables nor artifacts, and for a stage that runs again and again
 * they may be deleted when the next one has what it needs.
 *
 * <p>A file is whole or not there. All attempts at a part write what has the same meaning, so that
 * it does not matter whose file stays.
 */
public interface Relay {
  /**
   * Writes a file, in place of one of that name.
   *
   * @param name of letters, digits, {@code . _ -}, and folders
   */
  void write(String name, Content content) throws IOException;

  /**
   * Opens a file.
   *
   * @throws java.io.FileNotFoundException if there is none
   */
  InputStream open(String name) throws IOException;

  /** Deletes a file or a folder; nothing happens where nothing is. */
  void delete(String name) throws IOException;

  /** Writes what is in a file. */
  @FunctionalInterface
  interface Content {
    void writeTo(OutputStream out) throws IOException;
  }
}
