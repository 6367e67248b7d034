package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import dev.microtome.jobs.ModelFolder;
import dev.microtome.run.Digest;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SharedModelsTest {
  @TempDir private Path folder;

  private LocalCache cache() {
    return LocalCache.at(FileStoreTest.other(), folder.resolve("cache"));
  }

  private ModelFolder model(String scheme) throws IOException {
    Path model = Files.createDirectories(folder.resolve("m"));
    Files.writeString(model.resolve("config.json"), "{}");
    Files.writeString(model.resolve("model.safetensors"), "weights");
    return new ModelFolder(
        scheme + model,
        Digest.of("all"),
        List.of(
            new ModelFolder.ModelFile("config.json", 2, Digest.of("{}")),
            new ModelFolder.ModelFile("model.safetensors", 7, Digest.of("weights"))));
  }

  private static final class Closeable implements AutoCloseable {
    private int closed;

    @Override
    public void close() {
      closed++;
    }
  }

  @Test
  void loadsOnceForManyTasks() throws Exception {
    SharedModels models = new SharedModels(cache());
    AtomicInteger loads = new AtomicInteger();
    CountDownLatch start = new CountDownLatch(1);
    ExecutorService tasks = Executors.newFixedThreadPool(8);
    List<Future<Closeable>> results = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      results.add(
          tasks.submit(
              () -> {
                start.await();
                return models.shared(
                    "model",
                    () -> {
                      loads.incrementAndGet();
                      return new Closeable();
                    });
              }));
    }
    start.countDown();
    Closeable model = results.get(0).get();
    for (Future<Closeable> result : results) {
      assertThat(result.get()).isSameAs(model);
    }
    tasks.shutdown();
    assertThat(loads).hasValue(1);

    models.closeAll();
    models.closeAll();

    assertThat(model.closed).isEqualTo(1);
  }

  @Test
  void closesTheLastLoadedFirst() throws IOException {
    SharedModels models = new SharedModels(cache());
    List<String> closed = new ArrayList<>();
    for (String key : List.of("c", "a", "b", "d")) {
      models.<AutoCloseable>shared(key, () -> () -> closed.add(key));
    }

    models.closeAll();

    assertThat(closed).containsExactly("d", "b", "a", "c");
  }

  @Test
  void failedLoadIsTriedAgain() throws IOException {
    SharedModels models = new SharedModels(cache());
    assertThatIOException()
        .isThrownBy(
            () ->
                models.shared(
                    "model",
                    () -> {
                      throw new IOException("no memory");
                    }))
        .withMessage("no memory");

    assertThat(models.<String>shared("model", () -> "second")).isEqualTo("second");
  }

  @Test
  void localFolderIsUsedWhereItLies() throws IOException {
    assertThat(cache().folder(model("file:"))).isEqualTo(folder.resolve("m"));
    assertThat(folder.resolve("cache")).doesNotExist();
    ModelFolder model = model("file:");
    Files.writeString(folder.resolve("m/config.json"), "{ }");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> cache().folder(model))
        .withMessage(
            folder.resolve("m/config.json") + " has 3 bytes, it had 2 when the run was planned");
  }

  @Test
  void remoteFolderIsCopiedOnceAndMendedWhenThinnedOut() throws IOException {
    ModelFolder model = model("other:");
    Path copy = cache().folder(model);
    assertThat(copy).startsWith(folder.resolve("cache"));
    assertThat(copy.resolve("model.safetensors")).hasContent("weights");

    Files.delete(copy.resolve("config.json"));
    assertThat(cache().folder(model)).isEqualTo(copy);
    assertThat(copy.resolve("config.json")).hasContent("{}");

    Files.delete(folder.resolve("m/model.safetensors"));
    assertThat(cache().folder(model)).isEqualTo(copy);
  }

  @Test
  void fileDigestedForThePlanIsNotReadAgain() throws IOException {
    ModelFolder model = model("file:");
    Path weights = folder.resolve("m/model.safetensors");
    FileTime modified = Files.getLastModifiedTime(weights);
    assertThat(LocalCache.read(FileStoreTest.other(), weights.toString()))
        .isEqualTo(Digest.of("weights"));

    // Only who reads the file can see that it changed.
    Files.writeString(weights, "Weights");
    Files.setLastModifiedTime(weights, modified);

    assertThat(cache().folder(model)).isEqualTo(folder.resolve("m"));
    assertThat(LocalCache.read(FileStoreTest.other(), weights.toString()))
        .isEqualTo(Digest.of("Weights"));
  }

  @Test
  void localFolderOfTheSameSizeAndOtherContentIsRefused() throws IOException {
    ModelFolder model = model("file:");
    Files.writeString(folder.resolve("m/model.safetensors"), "Weights");
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> cache().folder(model))
        .withMessage(
            folder.resolve("m/model.safetensors") + " has changed since the run was planned");
  }

  @Test
  void copyOfTheSameSizeAndOtherContentIsMended() throws IOException {
    ModelFolder model = model("other:");
    Path copy = cache().folder(model);
    Files.writeString(copy.resolve("model.safetensors"), "Weights");
    assertThat(cache().folder(model)).isEqualTo(copy);
    assertThat(copy.resolve("model.safetensors")).hasContent("weights");
  }

  @Test
  void cacheOfAUserIsClosedToOthersAndNoLinkIsFollowed() throws IOException {
    Path root = folder.resolve("mine");
    LocalCache.ofThisUser(FileStoreTest.other(), root).folder(model("other:"));
    assertThat(Files.getPosixFilePermissions(root))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));

    Path link = Files.createSymbolicLink(folder.resolve("link"), root);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> LocalCache.ofThisUser(FileStoreTest.other(), link).folder(model("other:")))
        .withMessageStartingWith(link + " is not a folder of ");
  }

  @Test
  void refusesAFolderThatChangedAndLeavesNoCopy() throws IOException {
    ModelFolder model = model("other:");
    Files.writeString(folder.resolve("m/model.safetensors"), "Weights");

    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> cache().folder(model))
        .withMessageEndingWith("m/model.safetensors has changed since the run was planned");
    assertThat(folder.resolve("cache").toFile().list()).containsExactly(model.digest() + ".lock");
  }
}
