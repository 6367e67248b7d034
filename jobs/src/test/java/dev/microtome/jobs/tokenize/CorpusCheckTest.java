package dev.microtome.jobs.tokenize;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.run.FileEntry;
import dev.microtome.run.InputException;
import dev.microtome.text.DocumentUnit;
import dev.microtome.text.TextPart;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CorpusCheckTest {
  @TempDir private Path folder;

  @Test
  void aSliceIsLeftAtTheLimit() throws IOException {
    Path file = folder.resolve("a.json");
    Files.writeString(file, "[\"" + "a".repeat(1000) + "\", \"b\", broken");

    assertThatCode(() -> check(file, 900)).doesNotThrowAnyException();
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> check(file, 10_000))
        .withMessageContaining("a.json");
  }

  private static void check(Path file, long maxBytes) throws IOException {
    HadoopFileStore files = HadoopFileStore.ofThisProcess();
    List<FileEntry> entries = List.of(files.status(file.toString()).orElseThrow());
    CorpusReader reader =
        new CorpusReader(files, new ParquetFiles(files), DocumentUnit.FILE, "text");
    new CorpusCheck(reader, maxBytes)
        .check(entries, TextPart.cut(entries, DocumentUnit.FILE, 1 << 20));
  }
}
