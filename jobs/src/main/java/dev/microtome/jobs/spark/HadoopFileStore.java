package dev.microtome.jobs.spark;

import static org.apache.hadoop.fs.Options.CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;

import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.LocalFileStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.FilterFileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.UnsupportedFileSystemException;
import org.apache.hadoop.util.VersionInfo;

/**
 * Files of any file system that Hadoop knows; {@code file:} paths go through {@link
 * LocalFileStore}, whose renames and exclusive creation are atomic and which writes no checksum
 * files, unlike Hadoop's own.
 *
 * <p>Exclusive creation is as atomic as the file system's {@code create} without overwriting: it is
 * on HDFS. An object store that can write on the condition that nothing is there, as S3 can, is
 * asked for that. A file is replaced by one renaming on HDFS, elsewhere by writing it anew, which
 * object stores do in one step when it is closed: it is there at any moment.
 */
public final class HadoopFileStore implements FileStore {
  /** File systems that rename over a file in one step. The others delete it first. */
  private static final Set<String> RENAMES_OVER = Set.of("hdfs", "webhdfs", "swebhdfs");

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

  private static Path hadoop(String path) throws IOException {
    try {
      return new Path(path);
    } catch (IllegalArgumentException e) {
      String scheme = path.replaceFirst("(?s):.*", ":");
      throw new IOException(
          scheme.length() < path.length() && path.charAt(scheme.length()) != '/'
              ? "not a path: '" + scheme + "' needs an absolute path behind it"
              : "not a path: " + e.getMessage(),
          e);
    }
  }

  private boolean isLocal(String path) throws IOException {
    return path.startsWith("file:")
        || (hadoop(path).toUri().getScheme() == null
            && "file".equals(FileSystem.getDefaultUri(configuration).getScheme()));
  }

  private static FileSystem system(Path path, Configuration configuration) throws IOException {
    try {
      return path.getFileSystem(configuration);
    } catch (UnsupportedFileSystemException e) {
      throw noFileSystem(path, e);
    } catch (RuntimeException e) {
      // Known to Hadoop's settings, but its class is in a jar that is not here.
      if (e.getCause() instanceof ClassNotFoundException) {
        throw noFileSystem(path, e);
      }
      throw e;
    }
  }

  private static IOException noFileSystem(Path path, Exception cause) {
    String scheme = path.toUri().getScheme();
    String jar =
        scheme.equals("s3a")
            ? "spark-submit --packages org.apache.hadoop:hadoop-aws:%s adds it"
                .formatted(VersionInfo.getVersion())
            : "Hadoop knows hdfs:, file: and those whose jar spark-submit adds with --packages";
    return new IOException(
        "no file system '%s:' on the class path; %s".formatted(scheme, jar), cause);
  }

  @Override
  public String qualify(String path) throws IOException {
    if (isLocal(path)) {
      return local.qualify(path);
    }
    Path hadoop = hadoop(path);
    return system(hadoop, configuration).makeQualified(hadoop).toString();
  }

  @Override
  public Optional<FileEntry> status(String path) throws IOException {
    if (isLocal(path)) {
      return local.status(path);
    }
    try {
      Path hadoop = hadoop(path);
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
    Path hadoop = hadoop(folder);
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
    Path hadoop = hadoop(folder);
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
    Path hadoop = hadoop(pattern);
    return sorted(system(hadoop, configuration).globStatus(hadoop));
  }

  @Override
  public InputStream open(String path) throws IOException {
    if (isLocal(path)) {
      return local.open(path);
    }
    Path hadoop = hadoop(path);
    return system(hadoop, configuration).open(hadoop);
  }

  @Override
  public InputStream open(String path, long from) throws IOException {
    if (isLocal(path)) {
      return local.open(path, from);
    }
    Path hadoop = hadoop(path);
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
    Path hadoop = hadoop(path);
    return system(hadoop, configuration).create(hadoop, /* overwrite= */ true);
  }

  @Override
  public boolean createExclusively(String path, byte[] content) throws IOException {
    if (isLocal(path)) {
      return local.createExclusively(path, content);
    }
    Path hadoop = hadoop(path);
    FileSystem system = system(hadoop, configuration);
    if (system.hasPathCapability(hadoop, FS_OPTION_CREATE_CONDITIONAL_OVERWRITE)) {
      return createIfAbsent(system, hadoop, content);
    }
    try (OutputStream out = system.create(hadoop, /* overwrite= */ false)) {
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

  /** The store itself looks whether something is there, when all is sent. */
  private static boolean createIfAbsent(FileSystem system, Path path, byte[] content)
      throws IOException {
    if (system.exists(path)) {
      return false;
    }
    FSDataOutputStreamBuilder<?, ?> builder = system.createFile(path);
    builder.recursive();
    builder.must(FS_OPTION_CREATE_CONDITIONAL_OVERWRITE, true);
    try (FSDataOutputStream out = builder.build()) {
      out.write(content);
    } catch (IOException e) {
      // Each store has its own exception for this, and an answer that was lost looks the same when
      // the client has sent all of it again: what is there now tells.
      try (InputStream in = system.open(path)) {
        return Arrays.equals(in.readAllBytes(), content);
      } catch (IOException unread) {
        e.addSuppressed(unread);
        throw e;
      }
    }
    return true;
  }

  @Override
  public void rename(String from, String to) throws IOException {
    if (isLocal(from)) {
      local.rename(from, to);
      return;
    }
    Path source = hadoop(from);
    Path target = hadoop(to);
    FileSystem system = system(source, configuration);
    if (!system.exists(source)) {
      throw new FileNotFoundException(from + ": no such file or folder");
    }
    system.mkdirs(target.getParent());
    if (renamesOver(system)) {
      new Overwriting(system).overwrite(source, target);
      return;
    }
    system.delete(target, /* recursive= */ false);
    if (!system.rename(source, target)) {
      throw new IOException("Cannot rename " + from + " to " + to);
    }
  }

  private static boolean renamesOver(FileSystem system) {
    return RENAMES_OVER.contains(system.getUri().getScheme());
  }

  /** Reaches the renaming with options, which a file system shows to its heirs alone. */
  private static final class Overwriting extends FilterFileSystem {
    Overwriting(FileSystem system) {
      super(system);
    }

    void overwrite(Path source, Path target) throws IOException {
      rename(source, target, Options.Rename.OVERWRITE);
    }
  }

  @Override
  public void replace(String path, String content) throws IOException {
    if (isLocal(path) || renamesOver(system(hadoop(path), configuration))) {
      FileStore.super.replace(path, content);
      return;
    }
    try (OutputStream out = create(path)) {
      out.write(content.getBytes(StandardCharsets.UTF_8));
    }
  }

  @Override
  public void createFolders(String path) throws IOException {
    if (isLocal(path)) {
      local.createFolders(path);
      return;
    }
    Path hadoop = hadoop(path);
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
    Path hadoop = hadoop(path);
    system(hadoop, configuration).delete(hadoop, /* recursive= */ true);
  }

  /**
   * Deletes a folder in which nothing is.
   *
   * @throws IOException also when something is in it
   */
  public void deleteEmptyFolder(String path) throws IOException {
    Optional<java.nio.file.Path> place = LocalFileStore.localPath(qualify(path));
    if (place.isPresent()) {
      java.nio.file.Files.delete(place.get());
      return;
    }
    Path hadoop = hadoop(path);
    system(hadoop, configuration).delete(hadoop, /* recursive= */ false);
  }

  /** Hadoop's settings behind this store. */
  Configuration configuration() {
    return configuration;
  }
}
