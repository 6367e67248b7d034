package dev.microtome.jobs.spark;

import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.LocalFileStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Files of any file system that Hadoop knows; {@code file:} paths go through {@link
 * LocalFileStore}, whose renames and exclusive creation are atomic and which writes no checksum
 * files, unlike Hadoop's own.
 *
 * <p>Exclusive creation is as atomic as the file system's {@code create} without overwriting: it is
 * on HDFS. Replacing by renaming is a deletion and a renaming there, so a reader may for a moment
 * find nothing.
 */
public final class HadoopFileStore implements FileStore {
  private final Configuration configuration;
  private final LocalFileStore local = new LocalFileStore();

  public HadoopFileStore(Configuration configuration) {
    this.configuration = configuration;
  }

  /**
   * The store of Hadoop's settings as this JVM finds them: those that spark-submit passes on, and
   * the files of its class path.
   */
  public static HadoopFileStore ofThisProcess() {
    Configuration configuration = new Configuration();
    System.getProperties()
        .forEach(
            (key, value) -> {
              if (key.toString().startsWith("spark.hadoop.")) {
                configuration.set(
                    key.toString().substring("spark.hadoop.".length()), value.toString());
              }
            });
    return new HadoopFileStore(configuration);
  }

  private boolean isLocal(String path) throws IOException {
    return path.startsWith("file:")
        || (new Path(path).toUri().getScheme() == null
            && "file".equals(FileSystem.getDefaultUri(configuration).getScheme()));
  }

  private static FileSystem system(Path path, Configuration configuration) throws IOException {
    return path.getFileSystem(configuration);
  }

  @Override
  public String qualify(String path) throws IOException {
    if (isLocal(path)) {
      return local.qualify(path);
    }
    Path hadoop = new Path(path);
    return system(hadoop, configuration).makeQualified(hadoop).toString();
  }

  @Override
  public Optional<FileEntry> status(String path) throws IOException {
    if (isLocal(path)) {
      return local.status(path);
    }
    try {
      Path hadoop = new Path(path);
      return Optional.of(entry(system(hadoop, configuration).getFileStatus(hadoop)));
    } catch (FileNotFoundException e) {
      return Optional.empty();
    }
  }

  private static FileEntry entry(FileStatus status) {
    return new FileEntry(
        status.getPath().toString(),
        status.isDirectory() ? 0 : status.getLen(),
        status.getModificationTime(),
        status.isDirectory());
  }

  @Override
  public List<FileEntry> list(String folder) throws IOException {
    if (isLocal(folder)) {
      return local.list(folder);
    }
    Path hadoop = new Path(folder);
    return sorted(system(hadoop, configuration).listStatus(hadoop));
  }

  private static List<FileEntry> sorted(FileStatus... statuses) {
    List<FileEntry> entries = new ArrayList<>();
    if (statuses != null) {
      for (FileStatus status : statuses) {
        entries.add(entry(status));
      }
    }
    entries.sort(Comparator.comparing(FileEntry::path));
    return entries;
  }

  @Override
  public List<FileEntry> listRecursively(String folder) throws IOException {
    if (isLocal(folder)) {
      return local.listRecursively(folder);
    }
    Path hadoop = new Path(folder);
    List<FileEntry> entries = new ArrayList<>();
    RemoteIterator<LocatedFileStatus> files =
        system(hadoop, configuration).listFiles(hadoop, /* recursive= */ true);
    while (files.hasNext()) {
      entries.add(entry(files.next()));
    }
    entries.sort(Comparator.comparing(FileEntry::path));
    return entries;
  }

  @Override
  public List<FileEntry> glob(String pattern) throws IOException {
    if (isLocal(pattern)) {
      return local.glob(pattern);
    }
    Path hadoop = new Path(pattern);
    return sorted(system(hadoop, configuration).globStatus(hadoop));
  }

  @Override
  public InputStream open(String path) throws IOException {
    if (isLocal(path)) {
      return local.open(path);
    }
    Path hadoop = new Path(path);
    return system(hadoop, configuration).open(hadoop);
  }

  @Override
  public InputStream open(String path, long from) throws IOException {
    if (isLocal(path)) {
      return local.open(path, from);
    }
    Path hadoop = new Path(path);
    FSDataInputStream in = system(hadoop, configuration).open(hadoop);
    try {
      in.seek(from);
      return in;
    } catch (IOException | RuntimeException e) {
      in.close();
      throw e;
    }
  }

  @Override
  public OutputStream create(String path) throws IOException {
    if (isLocal(path)) {
      return local.create(path);
    }
    Path hadoop = new Path(path);
    return system(hadoop, configuration).create(hadoop, /* overwrite= */ true);
  }

  @Override
  public boolean createExclusively(String path, byte[] content) throws IOException {
    if (isLocal(path)) {
      return local.createExclusively(path, content);
    }
    Path hadoop = new Path(path);
    try (OutputStream out = system(hadoop, configuration).create(hadoop, /* overwrite= */ false)) {
      out.write(content);
      return true;
    } catch (FileAlreadyExistsException e) {
      return false;
    } catch (IOException e) {
      // Several file systems have their own exception for this.
      if (String.valueOf(e.getMessage()).contains("already exists")) {
        return false;
      }
      throw e;
    }
  }

  @Override
  public void rename(String from, String to) throws IOException {
    if (isLocal(from)) {
      local.rename(from, to);
      return;
    }
    Path source = new Path(from);
    Path target = new Path(to);
    FileSystem system = system(source, configuration);
    if (!system.exists(source)) {
      throw new FileNotFoundException(from + ": no such file or folder");
    }
    system.mkdirs(target.getParent());
    system.delete(target, /* recursive= */ false);
    if (!system.rename(source, target)) {
      throw new IOException("Cannot rename " + from + " to " + to);
    }
  }

  @Override
  public void createFolders(String path) throws IOException {
    if (isLocal(path)) {
      local.createFolders(path);
      return;
    }
    Path hadoop = new Path(path);
    if (!system(hadoop, configuration).mkdirs(hadoop)) {
      throw new IOException("Cannot make folder " + path);
    }
  }

  @Override
  public void delete(String path) throws IOException {
    if (isLocal(path)) {
      local.delete(path);
      return;
    }
    Path hadoop = new Path(path);
    system(hadoop, configuration).delete(hadoop, /* recursive= */ true);
  }

  /** Hadoop's settings behind this store. */
  Configuration configuration() {
    return configuration;
  }
}
