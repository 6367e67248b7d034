package dev.microtome.text;

import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** Files in memory, to be read: whoever writes, or lists otherwise, is a mistake of the test. */
final class MemoryFiles implements FileStore {
  private final Map<String, byte[]> files = new TreeMap<>();

  MemoryFiles with(String path, String content) {
    return with(path, content.getBytes(StandardCharsets.UTF_8));
  }

  MemoryFiles with(String path, byte[] content) {
    files.put(path, content);
    return this;
  }

  @Override
  public InputStream open(String path) throws IOException {
    byte[] content = files.get(path);
    if (content == null) {
      throw new FileNotFoundException(path);
    }
    return new ByteArrayInputStream(content);
  }

  @Override
  public Optional<FileEntry> status(String path) {
    if (files.containsKey(path)) {
      return Optional.of(new FileEntry(path, files.get(path).length, 0, false));
    }
    boolean folder = files.keySet().stream().anyMatch(file -> file.startsWith(path + "/"));
    return folder ? Optional.of(new FileEntry(path, 0, 0, true)) : Optional.empty();
  }

  @Override
  public List<FileEntry> listRecursively(String folder) {
    return files.entrySet().stream()
        .map(file -> new FileEntry(file.getKey(), file.getValue().length, 0, false))
        .toList();
  }

  @Override
  public String qualify(String path) {
    return path;
  }

  @Override
  public List<FileEntry> list(String folder) {
    throw notForReading();
  }

  @Override
  public List<FileEntry> glob(String pattern) {
    throw notForReading();
  }

  @Override
  public OutputStream create(String path) {
    throw notForReading();
  }

  @Override
  public boolean createExclusively(String path, byte[] content) {
    throw notForReading();
  }

  @Override
  public void rename(String from, String to) {
    throw notForReading();
  }

  @Override
  public void createFolders(String path) {
    throw notForReading();
  }

  @Override
  public void delete(String path) {
    throw notForReading();
  }

  private static UnsupportedOperationException notForReading() {
    return new UnsupportedOperationException("readers of text neither write nor list otherwise");
  }
}
