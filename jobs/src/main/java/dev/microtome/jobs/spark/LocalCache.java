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
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.UUID;

/**
 * Copies of model folders on this machine's disk, one for each digest. The processes of a machine
 * share it: a file lock lets one of them copy while the others wait, and a renaming shows only
 * whole copies. A folder on a local disk is used where it lies.
 *
 * <p>The system property {@code microtome.cache} names its place; {@code microtome-cache} under
 * {@code java.io.tmpdir} is the default.
 */
final class LocalCache {
  private final FileStore files;
  private final Path root;

  LocalCache(FileStore files, Path root) {
    this.files = files;
    this.root = root;
  }

  static LocalCache ofThisMachine(FileStore files) {
    Path fallback = Path.of(System.getProperty("java.io.tmpdir"), "microtome-cache");
    return new LocalCache(
        files, Path.of(System.getProperty("microtome.cache", fallback.toString())));
  }

  /**
   * A local folder with the model's files.
   *
   * @throws InputException when the files have changed since the model's digest was taken
   */
  synchronized Path folder(ModelFolder model) throws IOException {
    Optional<Path> local = LocalFileStore.localPath(model.path());
    if (local.isPresent()) {
      requireSizes(model, local.get());
      return local.get();
    }
    Path copy = root.resolve(model.digest());
    if (!isWhole(model, copy)) {
      Files.createDirectories(root);
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

  private static void requireSizes(ModelFolder model, Path folder) throws IOException {
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
  }

  /**
   * Digests were checked before the copy was renamed into place; afterwards sizes tell a copy that
   * a cleaner has thinned out.
   */
  private static boolean isWhole(ModelFolder model, Path copy) throws IOException {
    for (ModelFolder.ModelFile file : model.files()) {
      Path path = copy.resolve(file.name());
      if (!Files.isRegularFile(path) || Files.size(path) != file.bytes()) {
        return false;
      }
    }
    return Files.isDirectory(copy);
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
