package dev.microtome.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastNightTest {
  @TempDir private Path folder;
  private final ByteArrayOutputStream said = new ByteArrayOutputStream();

  private JobContext context() {
    HadoopFileStore files = HadoopFileStore.ofThisProcess();
    return (JobContext)
        Proxy.newProxyInstance(
            LastNightTest.class.getClassLoader(),
            new Class<?>[] {JobContext.class},
            (proxy, method, arguments) ->
                switch (method.getName()) {
                  case "files" -> files;
                  case "tables" -> new ParquetFiles(files);
                  case "output" -> folder.toUri().toString();
                  case "out" -> new PrintStream(said, true, StandardCharsets.UTF_8);
                  default -> throw new UnsupportedOperationException(method.getName());
                });
  }

  /** A night goes on without knowing how long the last one took. */
  @Test
  void aTableThatCannotBeReadIsTold() throws IOException {
    Files.createDirectories(folder.resolve("run/pipeline"));
    Files.writeString(folder.resolve("latest"), "run");
    Files.writeString(folder.resolve("run/pipeline/part-00000.parquet"), "no table");

    assertThat(LastNight.of(context())).isEqualTo(LastNight.NONE);

    assertThat(said.toString(StandardCharsets.UTF_8))
        .contains("How long the last night took is not known: ")
        .contains("part-00000.parquet");
  }

  @Test
  void theFirstNightKnowsNothing() {
    assertThat(LastNight.of(context())).isEqualTo(LastNight.NONE);
    assertThat(said.toString(StandardCharsets.UTF_8)).isEmpty();
  }
}
