package dev.microtome.jobs.spark;

import dev.microtome.jobs.ModelFolder;
import dev.microtome.run.Digest;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.run.LocalFileStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.security.MessageDigest;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Copies of model folders on this machine's disk, one for each digest. The processes of a machine
 * share it: a file lock lets one of them copy while the others wait, and a renaming shows only
 * whole copies. A folder on a local disk is used where it lies.
 *
 * <p>Copies and local folders alike are compared with the digests of the plan, once a JVM as long
 * as size and time of change of a file stay the same.
 *
 * <p>The system property {@code microtome.cache} names its place. The default, {@code
 * microtome-cache-<user>} under {@code java.io.tmpdir}, is open to its user only.
 */
final class LocalCache {
  /** Digests of files that this JVM has read, by what tells that a file is still the same. */
  private static final Map<Read, String> READ = new ConcurrentHashMap<>();

  private final FileStore files;
  private final Path root;
  private final boolean ours;

  /**
   * @param ours whether the root is to be this user's alone
   */
  private LocalCache(FileStore files, Path root, boolean ours) {
    this.files = files;
    this.root = root;
    this.ours = ours;
  }

  /** A cache in a folder that its users share as they like. */
  static LocalCache at(FileStore files, Path root) {
    return new LocalCache(files, root, false);
  }

  /** A cache in a folder that is refused unless it is this user's, and closed to all others. */
  static LocalCache ofThisUser(FileStore files, Path root) {
    return new LocalCache(files, root, true);
  }

  static LocalCache ofThisMachine(FileStore files) {
    String place = System.getProperty("microtome.cache");
    if (place != null) {
      return at(files, Path.of(place));
    }
    String user = System.getProperty("user.name").replaceAll("[^A-Za-z0-9._-]", "_");
    return ofThisUser(
        files, Path.of(System.getProperty("java.io.tmpdir"), "microtome-cache-" + user));
  }

  private record Read(Path file, long bytes, FileTime modified) {
    static Read of(Path file) throws IOException {
      return new Read(
          file.toAbsolutePath().normalize(), Files.size(file), Files.getLastModifiedTime(file));
    }
  }

  /**
   * A local folder with the model's files.
   *
   * @throws InputException when the files have changed since the model's digest was taken
   */
  synchronized Path folder(ModelFolder model) throws IOException {
    Optional<Path> local = LocalFileStore.localPath(model.path());
    if (local.isPresent()) {
      requireUnchanged(model, local.get());
      return local.get();
    }
    Path copy = root.resolve(model.digest());
    if (ours && Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
      requireOurs();
    }
    if (!isWhole(model, copy)) {
      createRoot();
      try (FileChannel channel =
              FileChannel.open(
                  root.resolve(model.digest() + ".lock"),
                  StandardOpenOption.CREATE,
                  StandardOpenOption.WRITE);
          FileLock lock = channel.lock()) {
        if (!lock.isValid()) {
          throw new IOException("cannot lock " + root);
        }
        if (!isWhole(model, copy)) {
          new LocalFileStore().delete(copy.toString());
          copy(model, copy);
        }
      }
    }
    return copy;
  }

  private void createRoot() throws IOException {
    if (!ours) {
      Files.createDirectories(root);
      return;
    }
    Files.createDirectories(root.toAbsolutePath().getParent());
    try {
      Files.createDirectory(root);
    } catch (FileAlreadyExistsException e) {
      // Made before, by this user or by someone else: looked at below.
    }
    requireOurs();
  }

  /** Who owns the folder could put other weights there between a check and its use. */
  private void requireOurs() throws IOException {
    Path probe = Files.createTempFile("microtome", null);
    UserPrincipal user;
    try {
      user = Files.getOwner(probe);
    } finally {
      Files.delete(probe);
    }
    UserPrincipal owner = Files.getOwner(root, LinkOption.NOFOLLOW_LINKS);
    if (!Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS) || !owner.equals(user)) {
      throw new InputException(
          root
              + " is not a folder of "
              + user.getName()
              + " (owner "
              + owner.getName()
              + "): name another place for copies of models with -Dmicrotome.cache");
    }
    if (Files.getFileStore(root).supportsFileAttributeView(PosixFileAttributeView.class)) {
      Files.setPosixFilePermissions(root, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private static void requireUnchanged(ModelFolder model, Path folder) throws IOException {
    for (ModelFolder.ModelFile file : model.files()) {
      Path path = folder.resolve(file.name());
      if (!Files.isRegularFile(path)) {
        throw new InputException(
            path + ": no such file on this machine; every executor must see the model's folder");
      } else if (Files.size(path) != file.bytes()) {
        throw new InputException(
            path
                + " has "
                + Files.size(path)
                + " bytes, it had "
                + file.bytes()
                + " when the run was planned");
      }
    }
    Optional<String> changed = changed(model, folder);
    if (changed.isPresent()) {
      throw new InputException(
          folder.resolve(changed.get()) + " has changed since the run was planned");
    }
  }

  private static boolean isWhole(ModelFolder model, Path copy) throws IOException {
    for (ModelFolder.ModelFile file : model.files()) {
      Path path = copy.resolve(file.name());
      if (!Files.isRegularFile(path) || Files.size(path) != file.bytes()) {
        return false;
      }
    }
    return Files.isDirectory(copy) && changed(model, copy).isEmpty();
  }

  /** Name of a file whose content is not that of the plan; files are read in parallel. */
  private static Optional<String> changed(ModelFolder model, Path folder) throws IOException {
    try {
      return model.files().parallelStream()
          .filter(file -> !digest(folder.resolve(file.name())).equals(file.sha256()))
          .map(ModelFolder.ModelFile::name)
          .findFirst();
    } catch (UncheckedIOException e) {
      throw new IOException(e.getCause().getMessage(), e.getCause());
    }
  }

  private static String digest(Path file) {
    try {
      String known = READ.get(Read.of(file));
      return known == null ? read(file) : known;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Digest of a file's content as it is now. That of a local file is remembered: the comparison
   * with the plan that follows in this JVM need not read it again.
   */
  static String read(FileStore files, String path) throws IOException {
    Optional<Path> local = LocalFileStore.localPath(path);
    return local.isPresent() ? read(local.get()) : Digest.of(files, path);
  }

  private static String read(Path file) throws IOException {
    Read before = Read.of(file);
    String digest = Digest.of(new LocalFileStore(), file.toString());
    if (Read.of(file).equals(before)) {
      READ.put(before, digest);
    }
    return digest;
  }

  private void copy(ModelFolder model, Path target) throws IOException {
    Path temporary = root.resolve(model.digest() + "." + UUID.randomUUID());
    Files.createDirectories(temporary);
    try {
      for (ModelFolder.ModelFile file : model.files()) {
        copy(FileStore.resolve(model.path(), file.name()), temporary.resolve(file.name()), file);
      }
      Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      new LocalFileStore().delete(temporary.toString());
    }
  }

  private void copy(String from, Path to, ModelFolder.ModelFile file) throws IOException {
    MessageDigest digest = Digest.sha256();
    byte[] buffer = new byte[1 << 20];
    try (InputStream in = files.open(from);
        OutputStream out = Files.newOutputStream(to)) {
      for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
        digest.update(buffer, 0, read);
        out.write(buffer, 0, read);
      }
    } catch (FileNotFoundException e) {
      throw new InputException(from + " is gone since the run was planned", e);
    }
    if (!Digest.hex(digest).equals(file.sha256())) {
      throw new InputException(from + " has changed since the run was planned");
    }
  }
}
