package dev.microtome.model.load;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HexFormat;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Damaged model folders load or are refused with one line: no other exception, no exhausted memory,
 * no endless loop.
 */
class HostileFilesFuzzTest {
  private static final int MUTATIONS = 100;

  private final NDManager manager = NDManager.newBaseManager();
  private int loaded;
  private int refused;

  @TempDir private Path folder;

  @AfterEach
  void close() {
    manager.close();
  }

  static IntStream seeds() {
    return IntStream.range(0, 8);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void damagedSafetensors(int seed) throws IOException {
    RandomGpt2.TINY.write(folder, seed);
    Path file = folder.resolve("model.safetensors");
    byte[] good = Files.readAllBytes(file);
    int header = (int) ByteBuffer.wrap(good).order(ByteOrder.LITTLE_ENDIAN).getLong();
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < MUTATIONS; i++) {
      byte[] bad = Mutation.of(good, 8 + header, random);
      if (random.nextBoolean() && bad.length >= 8) {
        // The length still fits, so that what is damaged is looked at and not just the end.
        ByteBuffer.wrap(bad)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(header + (long) bad.length - good.length);
      }
      tryToLoad(file, bad);
    }
    assertThat(refused).isGreaterThan(MUTATIONS / 2);
  }

  @ParameterizedTest
  @MethodSource("dev.microtome.model.load.GoldenModels#names")
  void damagedConfigurations(String model) throws IOException {
    copyGolden(model);
    Path file = folder.resolve("config.json");
    byte[] good = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(model.hashCode());
    for (int i = 0; i < MUTATIONS; i++) {
      tryToLoad(file, Mutation.of(good, good.length, random));
    }
    assertThat(refused).isGreaterThan(MUTATIONS / 2);
    assertThat(loaded).isPositive();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void damagedIndexes(int seed) throws IOException {
    copyGolden("gpt-neox");
    Path file = folder.resolve("model.safetensors.index.json");
    byte[] good = Files.readAllBytes(file);
    SplittableRandom random = new SplittableRandom(seed);
    for (int i = 0; i < MUTATIONS; i++) {
      tryToLoad(file, Mutation.of(good, good.length, random));
    }
    assertThat(refused).isGreaterThan(MUTATIONS / 2);
  }

  private void tryToLoad(Path file, byte[] bytes) throws IOException {
    Files.write(file, bytes);
    try (ModelWeights weights = ModelWeights.load(ModelFiles.open(folder), manager)) {
      assertThat(weights.parameterCount()).isPositive();
      loaded++;
    } catch (InputException e) {
      assertThat(e.getMessage()).hasLineCount(1).hasSizeLessThan(1000).contains(folder.toString());
      refused++;
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      String start = HexFormat.of().formatHex(bytes, 0, Math.min(bytes.length, 2000));
      throw new AssertionError(
          "%s of %d bytes: %s".formatted(file.getFileName(), bytes.length, start), e);
    }
  }

  private void copyGolden(String model) throws IOException {
    try (Stream<Path> files = Files.list(GoldenModels.folder(model))) {
      files
          .filter(file -> file.getFileName().toString().matches("config\\.json|model.*"))
          .forEach(
              file -> {
                try {
                  Files.copy(
                      file,
                      folder.resolve(file.getFileName()),
                      StandardCopyOption.REPLACE_EXISTING);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
    }
  }
}
