package dev.microtome.jobs.saes;

import dev.microtome.jobs.Relay;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A folder on the executor's own disk while a task runs. */
final class Scratch implements Closeable {
  private final Path folder;

  private Scratch(Path folder) {
    this.folder = folder;
  }

  static Scratch create() throws IOException {
    return new Scratch(Files.createTempDirectory("train-sae"));
  }

  Path folder() {
    return folder;
  }

  /** A folder inside. */
  Path folder(String name) throws IOException {
    return Files.createDirectories(folder.resolve(name));
  }

  /** Copies files of a folder of the relay. */
  static void fetch(Relay relay, String from, List<String> names, Path to) throws IOException {
    for (String name : names) {
      Files.deleteIfExists(to.resolve(name));
      try (InputStream in = relay.open(from + "/" + name)) {
        Files.copy(in, to.resolve(name));
      }
    }
  }

  /** Copies files to a folder of the relay. */
  static void leave(Relay relay, Path from, List<String> names, String to) throws IOException {
    for (String name : names) {
      relay.write(to + "/" + name, out -> copy(from.resolve(name), out));
    }
  }

  static void copy(Path file, OutputStream out) throws IOException {
    Files.copy(file, out);
  }

  @Override
  public void close() throws IOException {
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path path : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
