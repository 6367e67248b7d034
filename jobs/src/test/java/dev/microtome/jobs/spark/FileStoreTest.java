package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.microtome.run.FileEntry;
import dev.microtome.run.FileStore;
import dev.microtome.run.LocalFileStore;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.VersionInfo;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What every file store must do: the local one, Hadoop's on local paths, and Hadoop's on a file
 * system of its own.
 */
class FileStoreTest {
  /**
   * A store under test.
   *
   * @param creation whether its exclusive creation is atomic: Hadoop's raw local file system, which
   *     stands for others here, looks first and creates then
   */
  record Store(String name, FileStore files, String scheme, Creation creation) {
    @Override
    public String toString() {
      return name;
    }

    String at(Path folder, String child) {
      return scheme + folder + "/" + child;
    }
  }

  enum Creation {
    ATOMIC,
    IN_STEPS
  }

  static Stream<Store> stores() {
    return Stream.of(
        new Store("local", new LocalFileStore(), "", Creation.ATOMIC),
        new Store("local with scheme", new LocalFileStore(), "file:", Creation.ATOMIC),
        new Store(
            "hadoop, local", new HadoopFileStore(new Configuration()), "file://", Creation.ATOMIC),
        new Store("hadoop, other", TestFileSystems.store(), "other:", Creation.IN_STEPS),
        new Store("hadoop, hdfs", TestFileSystems.store(), "hdfs:", Creation.IN_STEPS),
        new Store("hadoop, objects", TestFileSystems.store(), "objects:", Creation.ATOMIC));
  }

  static Stream<Store> storesWithAtomicCreation() {
    return stores().filter(store -> store.creation() == Creation.ATOMIC);
  }

  @TempDir private Path folder;

  @ParameterizedTest
  @MethodSource("stores")
  void writesReadsAndReplaces(Store store) throws IOException {
    String path = store.at(folder, "a b/ü#%20.txt");
    store.files().replace(path, "one");
    store.files().replace(path, "twö");

    assertThat(store.files().readString(path)).isEqualTo("twö");
    assertThat(folder.resolve("a b/ü#%20.txt")).hasContent("twö");
    assertThat(folder.resolve("a b").toFile().list()).containsExactly("ü#%20.txt");
    FileEntry entry = store.files().status(path).orElseThrow();
    assertThat(entry.bytes()).isEqualTo(4);
    assertThat(entry.folder()).isFalse();
    assertThat(entry.name()).isEqualTo("ü#%20.txt");
    assertThat(store.files().readString(entry.path())).isEqualTo("twö");
    assertThat(store.files().qualify(path)).isEqualTo(entry.path());
  }

  @ParameterizedTest
  @MethodSource("stores")
  void tellsWhatIsNotThere(Store store) throws IOException {
    String path = store.at(folder, "none");
    assertThat(store.files().status(path)).isEmpty();
    assertThat(store.files().exists(path)).isFalse();
    store.files().delete(path);
    assertThatExceptionOfType(FileNotFoundException.class)
        .isThrownBy(() -> store.files().readString(path))
        .withMessageContaining("none");
    assertThatExceptionOfType(FileNotFoundException.class)
        .isThrownBy(() -> store.files().list(path))
        .withMessageContaining("none");
    assertThatExceptionOfType(FileNotFoundException.class)
        .isThrownBy(() -> store.files().listRecursively(path))
        .withMessageContaining("none");
    assertThatExceptionOfType(FileNotFoundException.class)
        .isThrownBy(() -> store.files().rename(path, store.at(folder, "x")))
        .withMessageContaining("none");
  }

  @ParameterizedTest
  @MethodSource("stores")
  void listsInOrder(Store store) throws IOException {
    for (String name : List.of("b/2.txt", "a.txt", "b/c/1.txt", "d.md")) {
      store.files().replace(store.at(folder, name), name);
    }

    assertThat(names(store, store.files().list(store.at(folder, ""))))
        .containsExactly("a.txt", "b/", "d.md");
    assertThat(names(store, store.files().listRecursively(store.at(folder, ""))))
        .containsExactly("a.txt", "b/2.txt", "b/c/1.txt", "d.md");
    assertThat(names(store, store.files().glob(store.at(folder, "*.txt"))))
        .containsExactly("a.txt");
    assertThat(names(store, store.files().glob(store.at(folder, "b/*"))))
        .containsExactly("b/2.txt", "b/c/");
    assertThat(names(store, store.files().glob(store.at(folder, "{a,d}.[tm]??"))))
        .as("? is one character")
        .containsExactly("a.txt");
    assertThat(store.files().glob(store.at(folder, "*.none"))).isEmpty();
  }

  private List<String> names(Store store, List<FileEntry> entries) throws IOException {
    String root = store.files().qualify(store.at(folder, ""));
    return entries.stream()
        .map(entry -> entry.path().substring(root.length() + 1) + (entry.folder() ? "/" : ""))
        .toList();
  }

  @ParameterizedTest
  @MethodSource("stores")
  void renamesOverWhatIsThereAndDeletesTrees(Store store) throws IOException {
    store.files().replace(store.at(folder, "from"), "new");
    store.files().replace(store.at(folder, "x/y/to"), "old");

    store.files().rename(store.at(folder, "from"), store.at(folder, "x/y/to"));

    assertThat(store.files().readString(store.at(folder, "x/y/to"))).isEqualTo("new");
    assertThat(store.files().exists(store.at(folder, "from"))).isFalse();
    store.files().delete(store.at(folder, "x"));
    assertThat(folder).isEmptyDirectory();
  }

  @ParameterizedTest
  @MethodSource("stores")
  void createsExclusively(Store store) throws IOException {
    byte[] content = "mine".getBytes(StandardCharsets.UTF_8);
    assertThat(store.files().createExclusively(store.at(folder, "a/x"), content)).isTrue();
    assertThat(store.files().createExclusively(store.at(folder, "a/x"), new byte[1])).isFalse();
    assertThat(store.files().readString(store.at(folder, "a/x"))).isEqualTo("mine");
    assertThat(folder.resolve("a").toFile().list()).containsExactly("x");
  }

  @ParameterizedTest
  @MethodSource("stores")
  void leavesNoChecksumFiles(Store store) throws IOException {
    try (OutputStream out = store.files().create(store.at(folder, "x"))) {
      out.write(1);
    }
    assertThat(folder.toFile().list()).containsExactly("x");
  }

  @ParameterizedTest
  @MethodSource("storesWithAtomicCreation")
  void oneOfManyCreatesAFile(Store store) throws Exception {
    ExecutorService threads = Executors.newFixedThreadPool(8);
    for (int round = 0; round < 20; round++) {
      String path = store.at(folder, "x" + round);
      CountDownLatch start = new CountDownLatch(1);
      List<Future<Boolean>> attempts = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        byte[] content = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
        attempts.add(
            threads.submit(
                () -> {
                  start.await();
                  return store.files().createExclusively(path, content);
                }));
      }
      start.countDown();
      List<Integer> winners = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        if (attempts.get(i).get()) {
          winners.add(i);
        }
      }
      assertThat(winners).hasSize(1);
      assertThat(store.files().readString(path)).isEqualTo(winners.get(0).toString());
    }
    threads.shutdown();
  }

  @ParameterizedTest
  @MethodSource("stores")
  void fileThatIsReplacedIsThereAtAnyMoment(Store store) throws Exception {
    String path = store.at(folder, "lease");
    store.files().replace(path, "0");
    AtomicBoolean done = new AtomicBoolean();
    ExecutorService thread = Executors.newSingleThreadExecutor();
    Future<Integer> looks =
        thread.submit(
            () -> {
              int count = 0;
              for (; !done.get() || count == 0; count++) {
                assertThat(Files.exists(folder.resolve("lease"))).isTrue();
              }
              return count;
            });
    for (int i = 1; i <= 300; i++) {
      store.files().replace(path, Integer.toString(i));
    }
    done.set(true);
    assertThat(looks.get()).isPositive();
    assertThat(store.files().readString(path)).isEqualTo("300");
    assertThat(folder.toFile().list()).containsExactly("lease");
    thread.shutdown();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "gpt2:main", "foo://x/y"})
  void pathThatIsNoneIsAnIoException(String path) {
    assertThatIOException().isThrownBy(() -> TestFileSystems.store().qualify(path));
    assertThatIOException().isThrownBy(() -> TestFileSystems.store().status(path));
  }

  @Test
  void fileSystemWhoseJarIsMissingIsNamedWithThePackageThatHasIt() {
    assertThatIOException()
        .isThrownBy(() -> TestFileSystems.store().qualify("s3a://bucket/x"))
        .withMessage(
            "no file system 's3a:' on the class path;"
                + " spark-submit --packages org.apache.hadoop:hadoop-aws:%s adds it",
            VersionInfo.getVersion());
    assertThatIOException()
        .isThrownBy(() -> TestFileSystems.store().qualify("foo://x/y"))
        .withMessageStartingWith("no file system 'foo:' on the class path; Hadoop knows hdfs:");
  }

  @ParameterizedTest
  @MethodSource("stores")
  void followsLinksToFiles(Store store) throws IOException {
    Files.writeString(folder.resolve("real"), "content");
    Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));

    assertThat(store.files().listRecursively(store.at(folder, "")).stream().map(FileEntry::bytes))
        .containsExactly(7L, 7L);
  }
}
