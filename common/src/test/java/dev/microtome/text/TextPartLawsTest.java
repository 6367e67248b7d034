package dev.microtome.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microtome.run.FileEntry;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * However files are cut into parts, the parts give the documents that the whole gives, in order.
 */
class TextPartLawsTest {
  private static final String[] PIECES = {
    "a", "word ", "é", "😀", "\n", "\n", "\n\n", "\r\n", "\r\n\r\n", " \t\n", "\r", "  "
  };

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void cutsNeitherLoseNorDoubleADocument(long seed) throws IOException {
    Random random = new Random(seed);
    MemoryFiles files = new MemoryFiles();
    for (int i = 0; i < 4; i++) {
      StringBuilder text = new StringBuilder(random.nextBoolean() ? "\uFEFF" : "");
      StringBuilder json = new StringBuilder();
      for (int k = random.nextInt(60); k > 0; k--) {
        text.append(PIECES[random.nextInt(PIECES.length)]);
        json.append(
            random.nextInt(4) == 0
                ? "\n"
                : "{\"text\": \"" + "x".repeat(random.nextInt(9)) + k + "\"}\n");
      }
      files.with("mem:/in/" + i + ".txt", text.toString());
      files.with("mem:/in/" + i + ".jsonl", json.toString());
    }
    for (DocumentUnit unit : DocumentUnit.values()) {
      List<Document> whole = documents(files, unit, Long.MAX_VALUE);
      assertThat(whole).extracting(Document::text).noneMatch(text -> text.indexOf('\uFEFF') >= 0);
      for (long partBytes : new long[] {1, 2, 3, 4, 5, 7, 11, 16, 23, 39}) {
        assertThat(documents(files, unit, partBytes))
            .as("%s, %d bytes", unit, partBytes)
            .isEqualTo(whole);
      }
    }
  }

  @Test
  void partsHoldAtMostTheBytesAskedForUnlessAFileCannotBeCut() {
    List<FileEntry> files =
        List.of(
            entry("in/a.txt", 40),
            entry("in/b.txt", 250),
            entry("in/c.txt", 0),
            entry("in/d/e.txt", 60));
    List<TextPart> lines = TextPart.cut(files, DocumentUnit.LINE, 100);
    assertThat(lines).extracting(TextPart::bytes).containsExactly(40L, 84L, 83L, 83L, 60L);
    assertThat(lines.get(1).slices())
        .containsExactly(new TextSlice("mem:/in/b.txt", "b.txt", TextFormat.PLAIN, 0, 84));
    assertThat(lines.get(4).slices()).extracting(TextSlice::name).containsExactly("d/e.txt");
    assertThat(TextPart.cut(files, DocumentUnit.FILE, 100))
        .extracting(TextPart::bytes)
        .containsExactly(40L, 250L, 60L);
    assertThat(TextPart.cut(files, DocumentUnit.FILE, 1 << 20))
        .extracting(TextPart::bytes)
        .containsExactly(350L);
  }

  @Test
  void manySmallFilesAreSharedByManyParts() {
    List<FileEntry> files = new ArrayList<>();
    for (int i = 0; i < 100_000; i++) {
      files.add(entry("in/%05d.txt".formatted(i), 26));
    }
    List<TextPart> parts = TextPart.cut(files, DocumentUnit.FILE, 16 << 20);
    assertThat(parts).hasSize(393).allMatch(part -> part.slices().size() <= 255);
  }

  @Test
  void namesBeginBelowTheFolderThatAllFilesShare() {
    assertThat(names(entry("data/train/x.txt", 1), entry("data/training/x.txt", 1)))
        .containsExactly("train/x.txt", "training/x.txt");
    assertThat(names(entry("data/train/x.txt", 1))).containsExactly("x.txt");
    assertThat(
            TextPart.cut(
                    List.of(
                        new FileEntry("a.txt", 1, 0, false),
                        new FileEntry("s3a://b/c.txt", 1, 0, false)),
                    DocumentUnit.FILE,
                    1 << 20)
                .get(0)
                .slices())
        .extracting(TextSlice::name)
        .containsExactly("a.txt", "s3a://b/c.txt");
  }

  @Test
  void hugeFilesAreCutWithoutOverflow() {
    long bytes = 1L << 50;
    List<TextPart> parts =
        TextPart.cut(List.of(entry("a.txt", bytes)), DocumentUnit.LINE, (1L << 33) + 1);
    assertThat(parts).hasSizeBetween(131_000, 131_072);
    long end = 0;
    for (TextPart part : parts) {
      assertThat(part.slices().get(0).from()).isEqualTo(end);
      end = part.slices().get(0).to();
    }
    assertThat(end).isEqualTo(bytes);
  }

  @Test
  void unknownSuffixesAreRefused() {
    assertThatThrownBy(() -> TextPart.cut(List.of(entry("in/a.pdf", 5)), DocumentUnit.FILE, 10))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "Unknown kind of text file: mem:/in/a.pdf (known: .json, .jsonl, .md, .parquet, .txt)");
  }

  private static List<String> names(FileEntry... files) {
    return TextPart.cut(List.of(files), DocumentUnit.FILE, 9).stream()
        .flatMap(part -> part.slices().stream())
        .map(TextSlice::name)
        .toList();
  }

  private static FileEntry entry(String path, long bytes) {
    return new FileEntry("mem:/" + path, bytes, 0, false);
  }

  private static List<Document> documents(MemoryFiles files, DocumentUnit unit, long partBytes)
      throws IOException {
    List<Document> documents = new ArrayList<>();
    DocumentReader reader = new DocumentReader(files, unit, "text");
    for (TextPart part : TextPart.cut(files.listRecursively("mem:/in"), unit, partBytes)) {
      for (TextSlice slice : part.slices()) {
        reader.read(slice, documents::add);
      }
    }
    return documents;
  }
}
