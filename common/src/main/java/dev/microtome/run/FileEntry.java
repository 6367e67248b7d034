package dev.microtome.run;

import java.io.Serializable;

/**
 * A file or folder as its store lists it.
 *
 * @param path fully qualified, scheme included, such as {@code file:/data/a.txt}: it means the same
 *     file on every machine that sees the store, whatever its default file system
 * @param bytes size; 0 for a folder
 * @param modifiedMillis time of the last change, milliseconds since 1970
 */
public record FileEntry(String path, long bytes, long modifiedMillis, boolean folder)
    implements Serializable {
  /** The last component of the path. */
  public String name() {
    return path.substring(path.lastIndexOf('/') + 1);
  }
}
