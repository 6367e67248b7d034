package dev.microtome.run;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * Files by path, on a local disk or on whatever file system a cluster has. A path is a URI without
 * percent-encoding ({@code hdfs://host/a b}) or a plain path, which the store qualifies.
 *
 * <p>Failures name the path. A file that is not there is a {@link FileNotFoundException}. Safe for
 * use by several threads.
 */
public interface FileStore {
  /**
   * The absolute path with its scheme, {@code .} and {@code ..} resolved, without a slash at the
   * end.
   */
  String qualify(String path) throws IOException;

  /** What stands at the path; empty where nothing does. */
  Optional<FileEntry> status(String path) throws IOException;

  /** Files and folders directly inside the folder, ordered by path. */
  List<FileEntry> list(String folder) throws IOException;

  /** Files at any depth inside the folder, ordered by path. Folders themselves are not listed. */
  List<FileEntry> listRecursively(String folder) throws IOException;

  /**
   * Files and folders that match a pattern, ordered by path: {@code *}, {@code ?}, {@code [a-z]}
   * and {@code {a,b}} within one path component. No match is an empty list.
   */
  List<FileEntry> glob(String pattern) throws IOException;

  InputStream open(String path) throws IOException;

  /** Opens a file at byte {@code from}, by a seek where the file system has one. */
  default InputStream open(String path, long from) throws IOException {
    InputStream in = open(path);
    try {
      in.skipNBytes(from);
      return in;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  /** Opens a new file, in place of one that is there; makes its folders. */
  OutputStream create(String path) throws IOException;

  /**
   * Creates a file with this content unless there is one. Of several callers at once, one gets
   * {@code true}.
   *
   * @return whether this call created the file
   */
  boolean createExclusively(String path, byte[] content) throws IOException;

  /**
   * Renames a file within a store, in place of one that is there; makes the folders of the new
   * place.
   */
  void rename(String from, String to) throws IOException;

  void createFolders(String path) throws IOException;

  /** Deletes a file, or a folder and all it holds. Nothing happens where nothing is. */
  void delete(String path) throws IOException;

  default boolean exists(String path) throws IOException {
    return status(path).isPresent();
  }

  default byte[] readBytes(String path) throws IOException {
    try (InputStream in = open(path)) {
      return in.readAllBytes();
    }
  }

  default String readString(String path) throws IOException {
    return new String(readBytes(path), StandardCharsets.UTF_8);
  }

  /**
   * Replaces the file's content, which is there at any moment; a reader sees the old content or the
   * new, never a part.
   */
  default void replace(String path, String content) throws IOException {
    String temporary = path + ".new";
    try (OutputStream out = create(temporary)) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
    rename(temporary, path);
  }

  /** The path of {@code child} inside {@code folder}. */
  static String resolve(String folder, String child) {
    return folder.endsWith("/") ? folder + child : folder + "/" + child;
  }
}
