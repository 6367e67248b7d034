package dev.microtome.run;

import java.io.Serializable;
import java.util.regex.Pattern;

/**
 * One file of an artifact, as its writer counted it.
 *
 * @param path inside the run directory, such as {@code model/two-layer/step-100/config.json}; its
 *     first component is the artifact's name
 * @param bytes size
 * @param sha256 of the whole file, hexadecimal
 */
public record ArtifactFile(String path, long bytes, String sha256) implements Serializable {
  private static final Pattern NAME =
      Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._+=@,()-]{0,200}");

  /**
   * Checks that a path can be a file of an artifact on any file system and stays inside it.
   *
   * @throws IllegalArgumentException unless it has at least two components, each of them a name
   *     that begins with a letter or digit and goes on with those or one of {@code ._+=@,()-} or a
   *     blank
   */
  public static String requirePath(String path) {
    String[] names = path.split("/", -1);
    for (String name : names) {
      if (!NAME.matcher(name).matches()) {
        throw new IllegalArgumentException(
            "Invalid artifact path: %s (component '%s' must begin with a letter or digit and hold only those, blanks and ._+=@,()-)"
                .formatted(path, name));
      }
    }
    if (names.length < 2) {
      throw new IllegalArgumentException(
          "Invalid artifact path: %s (must be ARTIFACT/FILE, such as model/config.json)"
              .formatted(path));
    }
    return path;
  }

  /** Name of the artifact that the file belongs to. */
  public String artifact() {
    return path.substring(0, path.indexOf('/'));
  }
}
