package dev.microtome.jobs;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;

/**
 * What a long part keeps over a kill: its newest state, and with it the artifacts that it had
 * written by then. The next attempt at the part, in this session of the run or in a later one,
 * restores both. Other attempts at the same part may use the workspace at the same time: each saves
 * under names of its own, and the state that is furthest is the one restored.
 *
 * <p>Rows of tables are not kept: the attempt that ends the part writes all of them. What it needs
 * for those of before belongs in the state.
 */
public interface Workspace {
  /**
   * Saves a state in place of this attempt's last one. A kill while this runs leaves the last one.
   *
   * @param units how far the part is, the same for the same state whichever attempt saves it
   */
  void save(long units, StateWriter writer) throws IOException;

  /**
   * Reads the furthest state that is whole, if there is one; the artifacts written before it was
   * saved are then this attempt's. To be called before the attempt writes an artifact.
   *
   * @param reader called again with another state should the first vanish while it is read
   */
  <T> Optional<T> restore(StateReader<T> reader) throws IOException;

  /** Writes the files of a state. */
  @FunctionalInterface
  interface StateWriter {
    void write(NewState state) throws IOException;
  }

  /** A state being saved. */
  interface NewState {
    /** Opens a file of the state, to be closed by the writer; a name without folders. */
    OutputStream create(String name) throws IOException;
  }

  /** Reads the files of a state. */
  @FunctionalInterface
  interface StateReader<T> {
    T read(SavedState state) throws IOException;
  }

  /** A state that was saved. */
  interface SavedState {
    /** How far the part was. */
    long units();

    /** Opens a file of the state. */
    InputStream open(String name) throws IOException;
  }
}
