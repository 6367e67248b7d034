package dev.microtome.jobs.saes;

import dev.microtome.jobs.Relay;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** A relay in memory. */
final class FakeRelay implements Relay {
  private final Map<String, byte[]> files = new TreeMap<>();
  private final Map<String, byte[]> written = new TreeMap<>();
  private final Set<String> opened = new TreeSet<>();

  @Override
  public void write(String name, Content content) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    content.writeTo(out);
    files.put(name, out.toByteArray());
    written.put(name, out.toByteArray());
  }

  @Override
  public InputStream open(String name) throws IOException {
    opened.add(name);
    byte[] bytes = files.get(name);
    if (bytes == null) {
      throw new FileNotFoundException(name);
    }
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public void delete(String name) {
    files.keySet().removeIf(file -> file.equals(name) || file.startsWith(name + "/"));
  }

  Map<String, byte[]> files() {
    return files;
  }

  /** Names of all that was ever read. */
  Set<String> opened() {
    return opened;
  }

  /** All that was ever written, deleted or not. */
  Map<String, byte[]> written() {
    return written;
  }
}
