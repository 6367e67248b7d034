package dev.microtome.jobs.spark;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.microtome.run.LocalFileStore;
import dev.microtome.table.Column;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.spark.TaskKilledException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PartWritersTest {
  record WordRow(@Column(doc = "n") long number, @Column(doc = "w") String word) {}

  private static final TableSpec<WordRow> WORDS = TableSpec.of("words", WordRow.class, "doc");

  @TempDir private Path folder;

  private final LocalFileStore files = new LocalFileStore();

  private PartWriters writers(String staging) {
    return new PartWriters(files, folder.resolve(staging).toString(), "part-00007", () -> {});
  }

  @Test
  void writesAFileForEachSection() throws IOException {
    List<PartWriters.Staged> staged;
    try (PartWriters writers = writers("s")) {
      RowWriter<WordRow> first = writers.open(WORDS, "blocks.0.mlp.hook_post");
      RowWriter<WordRow> second = writers.open(WORDS, "blocks.1.mlp.hook_post");
      for (long i = 0; i < 5000; i++) {
        first.write(new WordRow(i, "first " + i));
        if (i % 2 == 0) {
          second.write(new WordRow(i, "second"));
        }
      }
      staged = writers.finish();
    }

    assertThat(staged.stream().map(file -> file.file().path() + " " + file.file().rows()))
        .containsExactly(
            "words/part-00007-blocks.0.mlp.hook_post.parquet 5000",
            "words/part-00007-blocks.1.mlp.hook_post.parquet 2500");
    ParquetFiles parquet = new ParquetFiles(new HadoopFileStore(new Configuration()));
    for (PartWriters.Staged file : staged) {
      assertThat(parquet.footer(file.path(), Optional.empty()).rows())
          .isEqualTo(file.file().rows());
      assertThat(Files.size(Path.of(file.path()))).isEqualTo(file.file().bytes());
    }
  }

  @Test
  void fileNamesCannotLeaveTheTableNorMeet() {
    assertThat(PartWriters.fileName("part-00003", "")).isEqualTo("part-00003.parquet");
    assertThat(PartWriters.fileName("part-00003", "../../x")).doesNotContain("/");
    assertThat(PartWriters.fileName("part-00003", "a/b"))
        .isNotEqualTo(PartWriters.fileName("part-00003", "a:b"));
  }

  @Test
  void refusesOneSectionTwice() throws IOException {
    try (PartWriters writers = writers("s")) {
      writers.open(WORDS, "");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> writers.open(WORDS, ""))
          .withMessageContaining("part-00007 opens words/part-00007.parquet twice");
    }
  }

  @Test
  void failureOfTheWritingThreadReachesTheComputingOne() throws IOException {
    Files.writeString(folder.resolve("file"), "in the way");
    try (PartWriters writers = writers("file/s")) {
      RowWriter<WordRow> writer = writers.open(WORDS, "");
      assertThatIOException()
          .isThrownBy(
              () -> {
                for (long i = 0; i < 10_000_000; i++) {
                  writer.write(new WordRow(i, "word"));
                }
              })
          .withMessageContaining("file");
      assertThatIOException().isThrownBy(writers::finish);
    }
  }

  @Test
  void badRowFailsTheAttempt() throws IOException {
    try (PartWriters writers = writers("s")) {
      RowWriter<WordRow> writer = writers.open(WORDS, "");
      writer.write(new WordRow(1, null));
      assertThatIllegalArgumentException()
          .isThrownBy(writers::finish)
          .withMessageContaining("column word of a row is null");
    }
  }

  @Test
  void cancelledAttemptStopsAtItsNextBatch() {
    try (PartWriters writers =
        new PartWriters(
            files,
            folder.toString(),
            "part-00007",
            () -> {
              throw new TaskKilledException("another attempt was faster");
            })) {
      assertThatExceptionOfType(TaskKilledException.class)
          .isThrownBy(() -> writers.open(WORDS, ""));
    }
  }

  @Test
  void interruptedAttemptEndsWithItsThread() throws IOException {
    PartWriters writers = writers("s");
    try (writers) {
      RowWriter<WordRow> writer = writers.open(WORDS, "");
      Thread.currentThread().interrupt();
      assertThatIOException()
          .isThrownBy(
              () -> {
                for (long i = 0; i < 10_000_000; i++) {
                  writer.write(new WordRow(i, "word"));
                }
              })
          .withMessageContaining("part-00007 was stopped");
    }
    assertThat(Thread.interrupted()).isTrue();
    assertThat(
            Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.equals("part-00007-writer")))
        .isEmpty();
  }
}
