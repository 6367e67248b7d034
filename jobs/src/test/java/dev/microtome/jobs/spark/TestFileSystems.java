package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FSInputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.PathIOException;
import org.apache.hadoop.fs.RawLocalFileSystem;

/** File systems that Hadoop reaches by schemes of their own, over the local disk. */
final class TestFileSystems {
  private static final String CONDITIONAL =
      Options.CreateFileOptionKeys.FS_OPTION_CREATE_CONDITIONAL_OVERWRITE;

  private TestFileSystems() {}

  /** A file system that Hadoop knows by another scheme than {@code file}, over a local disk. */
  public static class OtherFileSystem extends RawLocalFileSystem {
    @Override
    public URI getUri() {
      return URI.create("other:///");
    }

    @Override
    public String getScheme() {
      return "other";
    }

    // The parent's statuses look permissions up by a file: URI.
    @Override
    public FileStatus getFileStatus(org.apache.hadoop.fs.Path path) throws IOException {
      return plain(super.getFileStatus(path));
    }

    @Override
    public FileStatus[] listStatus(org.apache.hadoop.fs.Path path) throws IOException {
      return Stream.of(super.listStatus(path))
          .map(OtherFileSystem::plain)
          .toArray(FileStatus[]::new);
    }

    private static FileStatus plain(FileStatus status) {
      return new FileStatus(
          status.getLen(),
          status.isDirectory(),
          1,
          1 << 20,
          status.getModificationTime(),
          status.getPath());
    }
  }

  /** Renames over files in one step and refuses to delete one, as a reader of HDFS wants it. */
  public static final class Hdfs extends OtherFileSystem {
    @Override
    public URI getUri() {
      return URI.create("hdfs:///");
    }

    @Override
    public String getScheme() {
      return "hdfs";
    }

    @Override
    public boolean rename(org.apache.hadoop.fs.Path source, org.apache.hadoop.fs.Path target) {
      throw new AssertionError("not a renaming in one step");
    }

    @Override
    @SuppressWarnings("deprecation") // the protected one is the one that renames over files
    protected void rename(
        org.apache.hadoop.fs.Path source,
        org.apache.hadoop.fs.Path target,
        Options.Rename... options)
        throws IOException {
      assertThat(options).containsExactly(Options.Rename.OVERWRITE);
      Files.move(
          pathToFile(source).toPath(), pathToFile(target).toPath(), StandardCopyOption.ATOMIC_MOVE);
    }
  }

  /**
   * A store of whole objects that writes one on the condition that none is there, and then fails as
   * S3 does: when all was sent, with an exception of its own.
   */
  public static final class ObjectStore extends OtherFileSystem {
    @Override
    public URI getUri() {
      return URI.create("objects:///");
    }

    @Override
    public String getScheme() {
      return "objects";
    }

    @Override
    public boolean hasPathCapability(org.apache.hadoop.fs.Path path, String capability)
        throws IOException {
      return capability.equals(CONDITIONAL) || super.hasPathCapability(path, capability);
    }

    @Override
    public FSDataOutputStreamBuilder<FSDataOutputStream, ?> createFile(
        org.apache.hadoop.fs.Path path) {
      return new Conditional(this, path);
    }

    private static final class Conditional
        extends FSDataOutputStreamBuilder<FSDataOutputStream, Conditional> {
      private final Path target;

      Conditional(ObjectStore system, org.apache.hadoop.fs.Path path) {
        super(system, path);
        target = system.pathToFile(path).toPath();
      }

      @Override
      public Conditional getThisBuilder() {
        return this;
      }

      @Override
      public FSDataOutputStream build() throws IOException {
        assertThat(getMandatoryKeys()).containsExactly(CONDITIONAL);
        Files.createDirectories(target.getParent());
        Path sent = Files.createTempFile("object", "");
        return new FSDataOutputStream(
            new FilterOutputStream(Files.newOutputStream(sent)) {
              @Override
              public void close() throws IOException {
                super.close();
                try {
                  Files.createLink(target, sent);
                } catch (FileAlreadyExistsException e) {
                  throw new PathIOException(target.toString(), "412");
                } finally {
                  Files.delete(sent);
                }
              }
            },
            /* stats= */ null);
      }
    }
  }

  /** A network that breaks before the middle of each file. */
  public static final class FailingFileSystem extends OtherFileSystem {
    @Override
    public URI getUri() {
      return URI.create("failing:///");
    }

    @Override
    public String getScheme() {
      return "failing";
    }

    @Override
    public FSDataInputStream open(org.apache.hadoop.fs.Path path, int bufferSize)
        throws IOException {
      long middle = getFileStatus(path).getLen() / 2;
      FSDataInputStream in = super.open(path, bufferSize);
      return new FSDataInputStream(
          new FSInputStream() {
            @Override
            public int read() throws IOException {
              requireSecondHalf();
              return in.read();
            }

            @Override
            public int read(byte[] bytes, int from, int count) throws IOException {
              requireSecondHalf();
              return in.read(bytes, from, count);
            }

            private void requireSecondHalf() throws IOException {
              if (in.getPos() < middle) {
                throw new IOException("reset by peer");
              }
            }

            @Override
            public void seek(long position) throws IOException {
              in.seek(position);
            }

            @Override
            public long getPos() throws IOException {
              return in.getPos();
            }

            @Override
            public boolean seekToNewSource(long position) {
              return false;
            }

            @Override
            public void close() throws IOException {
              in.close();
            }
          });
    }
  }

  /** A store that knows all of them. */
  static HadoopFileStore store() {
    Configuration configuration = new Configuration();
    configuration.set("fs.other.impl", OtherFileSystem.class.getName());
    configuration.set("fs.hdfs.impl", Hdfs.class.getName());
    configuration.set("fs.objects.impl", ObjectStore.class.getName());
    configuration.set("fs.failing.impl", FailingFileSystem.class.getName());
    return new HadoopFileStore(configuration);
  }
}
