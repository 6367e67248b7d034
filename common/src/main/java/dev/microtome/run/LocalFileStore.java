package dev.microtome.run;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Stream;

/**
 * Files of the local disk, or of a network disk that is mounted. Takes {@code file:} paths and
 * plain ones; writes no checksum files beside them. Exclusive creation is a hard link, renaming a
 * {@code rename(2)}: both are atomic.
 */
public final class LocalFileStore implements FileStore {
  private static final String SCHEME = "file:";
  private static final int DELETE_ATTEMPTS = 3;

  @Override
  public String qualify(String path) {
    return SCHEME + path(path);
  }

  /** The path on this machine; empty where the scheme is another file system's. */
  public static Optional<Path> localPath(String path) {
    return path.startsWith(SCHEME) || !path.matches("[A-Za-z][A-Za-z0-9+.-]*:.*")
        ? Optional.of(path(path))
        : Optional.empty();
  }

  private static Path path(String path) {
    String plain = path;
    if (path.startsWith(SCHEME)) {
      plain = path.substring(SCHEME.length());
      if (plain.startsWith("//")) {
        plain = plain.substring(2);
      }
    } else if (path.matches("[A-Za-z][A-Za-z0-9+.-]*://.*")) {
      throw new IllegalArgumentException("not a local path: " + path);
    }
    return Path.of(plain).toAbsolutePath().normalize();
  }

  @Override
  public Optional<FileEntry> status(String path) throws IOException {
    try {
      Path file = path(path);
      return Optional.of(entry(file, Files.readAttributes(file, BasicFileAttributes.class)));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    } catch (FileSystemException e) {
      if ("Not a directory".equals(e.getReason())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static FileEntry entry(Path file, BasicFileAttributes attributes) {
    boolean folder = attributes.isDirectory();
    return new FileEntry(
        SCHEME + file,
        folder ? 0 : attributes.size(),
        attributes.lastModifiedTime().toMillis(),
        folder);
  }

  @Override
  public List<FileEntry> list(String folder) throws IOException {
    List<FileEntry> entries = new ArrayList<>();
    try (Stream<Path> children = Files.list(path(folder))) {
      for (Path child : (Iterable<Path>) children::iterator) {
        status(SCHEME + child).ifPresent(entries::add);
      }
    } catch (NoSuchFileException e) {
      throw notFound(folder, e);
    }
    return sorted(entries);
  }

  @Override
  public List<FileEntry> listRecursively(String folder) throws IOException {
    Path root = path(folder);
    if (!Files.exists(root)) {
      throw new FileNotFoundException(folder + ": no such folder");
    }
    List<FileEntry> entries = new ArrayList<>();
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            if (attributes.isSymbolicLink()) {
              status(SCHEME + file).filter(entry -> !entry.folder()).ifPresent(entries::add);
            } else {
              entries.add(entry(file, attributes));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }
        });
    return sorted(entries);
  }

  private static List<FileEntry> sorted(List<FileEntry> entries) {
    entries.sort(Comparator.comparing(FileEntry::path));
    return entries;
  }

  @Override
  public List<FileEntry> glob(String pattern) throws IOException {
    Path path = path(pattern);
    List<Path> matches = List.of(path.getRoot());
    for (Path component : path) {
      matches = step(matches, component.toString(), pattern);
    }
    List<FileEntry> entries = new ArrayList<>();
    for (Path match : matches) {
      status(SCHEME + match).ifPresent(entries::add);
    }
    return sorted(entries);
  }

  private static List<Path> step(List<Path> folders, String component, String pattern)
      throws IOException {
    List<Path> matches = new ArrayList<>();
    if (component.chars().noneMatch(c -> "*?[{\\".indexOf(c) >= 0)) {
      folders.forEach(folder -> matches.add(folder.resolve(component)));
      return matches;
    }
    PathMatcher matcher;
    try {
      matcher = FileSystems.getDefault().getPathMatcher("glob:" + component);
    } catch (PatternSyntaxException e) {
      throw new IOException(pattern + ": not a pattern: " + e.getDescription(), e);
    }
    for (Path folder : folders) {
      if (Files.isDirectory(folder)) {
        try (Stream<Path> children = Files.list(folder)) {
          children.filter(child -> matcher.matches(child.getFileName())).forEach(matches::add);
        }
      }
    }
    return matches;
  }

  @Override
  public InputStream open(String path) throws IOException {
    Path file = path(path);
    if (Files.isDirectory(file)) {
      throw new FileNotFoundException(path + ": is a folder");
    }
    try {
      return new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    } catch (NoSuchFileException e) {
      throw notFound(path, e);
    }
  }

  @Override
  public OutputStream create(String path) throws IOException {
    Path file = path(path);
    createParents(file);
    return new BufferedOutputStream(Files.newOutputStream(file), 1 << 16);
  }

  @Override
  public boolean createExclusively(String path, byte[] content) throws IOException {
    Path file = path(path);
    createParents(file);
    Path temporary = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
    try {
      Files.write(temporary, content, StandardOpenOption.CREATE_NEW);
      try {
        Files.createLink(file, temporary);
      } catch (UnsupportedOperationException e) {
        Files.write(file, content, StandardOpenOption.CREATE_NEW);
      }
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } finally {
      Files.deleteIfExists(temporary);
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Path target = path(to);
    createParents(target);
    try {
      Files.move(path(from), target, StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException e) {
      throw notFound(from, e);
    }
  }

  @Override
  public void createFolders(String path) throws IOException {
    Files.createDirectories(path(path));
  }

  private static void createParents(Path file) throws IOException {
    Files.createDirectories(file.getParent());
  }

  @Override
  public void delete(String path) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        deleteTree(path(path));
        return;
      } catch (DirectoryNotEmptyException e) {
        // A task that was told to stop may still add a file to the folder while it is emptied.
        if (attempt == DELETE_ATTEMPTS) {
          throw e;
        }
      }
    }
  }

  private static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root, java.nio.file.LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    Files.walkFileTree(
        root,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
              throws IOException {
            Files.deleteIfExists(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (e instanceof NoSuchFileException) {
              return FileVisitResult.CONTINUE;
            }
            throw e;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path folder, IOException e) throws IOException {
            if (e != null) {
              throw e;
            }
            Files.deleteIfExists(folder);
            return FileVisitResult.CONTINUE;
          }
        });
  }

  private static FileNotFoundException notFound(String path, IOException cause) {
    FileNotFoundException e = new FileNotFoundException(path + ": no such file or folder");
    e.initCause(cause);
    return e;
  }
}
