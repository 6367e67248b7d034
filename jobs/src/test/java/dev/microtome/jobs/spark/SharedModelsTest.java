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
    return LocalCache.at(TestFileSystems.store(), folder.resolve("cache"));
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
                try (SharedModels.PartModels part = models.ofPart()) {
                  return part.shared(
                      "model",
                      () -> {
                        loads.incrementAndGet();
                        return new Closeable();
                      });
                }
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
    SharedModels.PartModels part = models.ofPart();
    for (String key : List.of("c", "a", "b", "d")) {
      part.<AutoCloseable>shared(key, () -> () -> closed.add(key));
    }

    models.closeAll();

    assertThat(closed).containsExactly("d", "b", "a", "c");
  }

  @Test
  void failedLoadIsTriedAgain() throws IOException {
    SharedModels.PartModels models = new SharedModels(cache()).ofPart();
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
  void ofASeriesOnlyTheLastUsedStaysBesideTheOneInUse() throws IOException {
    SharedModels models = new SharedModels(cache());
    List<String> closed = new ArrayList<>();
    int mostOpen = 0;
    for (int step = 0; step < 100; step++) {
      for (int block = 0; block < 3; block++) {
        use(models, "step " + step, closed);
      }
      mostOpen = Math.max(mostOpen, step + 1 - closed.size());
    }
    assertThat(mostOpen).isEqualTo(2);
    assertThat(closed).startsWith("step 0", "step 1").endsWith("step 97").hasSize(98);

    models.closeAll();

    assertThat(closed).endsWith("step 97", "step 99", "step 98");
  }

  @Test
  void whatAPartHoldsIsNotClosedHoweverManyOthersAreLoaded() throws IOException {
    SharedModels models = new SharedModels(cache());
    List<String> closed = new ArrayList<>();
    SharedModels.PartModels slow = models.ofPart();
    AutoCloseable held = object(slow, "held", closed);
    use(models, "held", closed);
    for (String key : List.of("a", "b", "c")) {
      use(models, key, closed);
      assertThat(object(slow, "held", closed)).isSameAs(held);
    }
    assertThat(closed).containsExactly("a");

    slow.close();
    slow.close();
    use(models, "d", closed);
    assertThat(closed).containsExactly("a", "b", "c");
    use(models, "e", closed);
    assertThat(closed).containsExactly("a", "b", "c", "held");
  }

  @Test
  void theLeastRecentlyUsedIsClosedAndLoadedAgainWhenAskedFor() throws IOException {
    SharedModels models = new SharedModels(cache());
    List<String> closed = new ArrayList<>();
    SharedModels.PartModels both = models.ofPart();
    object(both, "a", closed);
    AutoCloseable b = object(both, "b", closed);
    both.close();
    use(models, "a", closed);
    use(models, "c", closed);
    assertThat(closed).containsExactly("b");

    SharedModels.PartModels later = models.ofPart();
    assertThat(object(later, "b", closed)).isNotSameAs(b);
  }

  @Test
  void aFailedLoadHoldsNothing() throws IOException {
    SharedModels models = new SharedModels(cache());
    List<String> closed = new ArrayList<>();
    try (SharedModels.PartModels part = models.ofPart()) {
      assertThatIOException()
          .isThrownBy(
              () ->
                  part.shared(
                      "a",
                      () -> {
                        throw new IOException("no memory");
                      }));
      object(part, "a", closed);
    }
    use(models, "b", closed);
    use(models, "c", closed);
    assertThat(closed).containsExactly("a");
  }

  @Test
  void noTaskSeesAClosedObject() throws Exception {
    SharedModels models = new SharedModels(cache());
    AtomicInteger open = new AtomicInteger();
    AtomicInteger loads = new AtomicInteger();
    ExecutorService tasks = Executors.newFixedThreadPool(4);
    List<Future<Boolean>> results = new ArrayList<>();
    for (int part = 0; part < 4000; part++) {
      String key = "step " + part / 40;
      results.add(
          tasks.submit(
              () -> {
                try (SharedModels.PartModels mine = models.ofPart()) {
                  boolean closed = false;
                  Counted object =
                      mine.shared(
                          key,
                          () -> {
                            loads.incrementAndGet();
                            open.incrementAndGet();
                            return new Counted(open);
                          });
                  for (int i = 0; i < 100; i++) {
                    closed |= object.closed;
                    Thread.onSpinWait();
                  }
                  // Four in use, at most four idle, and as many on the way to being closed.
                  return !closed && open.get() <= 12;
                }
              }));
    }
    for (Future<Boolean> result : results) {
      assertThat(result.get()).isTrue();
    }
    tasks.shutdown();
    assertThat(loads.get()).isBetween(100, 200);

    models.closeAll();

    assertThat(open).hasValue(0);
  }

  private static final class Counted implements AutoCloseable {
    private final AtomicInteger open;
    private volatile boolean closed;

    Counted(AtomicInteger open) {
      this.open = open;
    }

    @Override
    public void close() {
      closed = true;
      open.decrementAndGet();
    }
  }

  private static void use(SharedModels models, String key, List<String> closed) throws IOException {
    try (SharedModels.PartModels part = models.ofPart()) {
      object(part, key, closed);
    }
  }

  private static AutoCloseable object(SharedModels.PartModels part, String key, List<String> closed)
      throws IOException {
    return part.shared(key, () -> () -> closed.add(key));
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
    assertThat(LocalCache.read(TestFileSystems.store(), weights.toString()))
        .isEqualTo(Digest.of("weights"));

    // Only who reads the file can see that it changed.
    Files.writeString(weights, "Weights");
    Files.setLastModifiedTime(weights, modified);

    assertThat(cache().folder(model)).isEqualTo(folder.resolve("m"));
    assertThat(LocalCache.read(TestFileSystems.store(), weights.toString()))
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
    LocalCache.ofThisUser(TestFileSystems.store(), root).folder(model("other:"));
    assertThat(Files.getPosixFilePermissions(root))
        .isEqualTo(PosixFilePermissions.fromString("rwx------"));

    Path link = Files.createSymbolicLink(folder.resolve("link"), root);
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(
            () -> LocalCache.ofThisUser(TestFileSystems.store(), link).folder(model("other:")))
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
