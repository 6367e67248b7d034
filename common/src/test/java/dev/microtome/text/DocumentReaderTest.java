package dev.microtome.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DocumentReaderTest {
  @Test
  void aFileIsReadWithoutItsMarkAndWithUnixLineEnds() throws IOException {
    assertThat(read("a.txt", "\uFEFFone\r\n\r\ntwo\rthree\n", DocumentUnit.FILE))
        .containsExactly(new Document("a.txt", "one\n\ntwo\rthree\n"));
  }

  @Test
  void linesAreNamedByTheirByteAndBlankOnesLeftOut() throws IOException {
    assertThat(read("a.md", "\uFEFFé one\r\n \t\r\n\n two \nthree", DocumentUnit.LINE))
        .containsExactly(
            new Document("a.md#3", "é one"),
            new Document("a.md#16", " two "),
            new Document("a.md#22", "three"));
  }

  @Test
  void paragraphsAreSeparatedByBlankLines() throws IOException {
    assertThat(
            read(
                "a.txt",
                "\n \nTitle\r\n\r\n\r\nfirst\r\n second\n\t\nlast",
                DocumentUnit.PARAGRAPH))
        .containsExactly(
            new Document("a.txt#3", "Title"),
            new Document("a.txt#14", "first\n second"),
            new Document("a.txt#31", "last"));
  }

  @Test
  void jsonLinesAndArraysGiveTheirTextField() throws IOException {
    assertThat(
            read(
                "a.jsonl",
                "{\"id\": 1, \"text\": \"a\\r\\nb\"}\r\n\n{\"text\": \"é\\ud83d\\ude00\", \"x\": [{}]}",
                DocumentUnit.LINE))
        .containsExactly(new Document("a.jsonl#0", "a\r\nb"), new Document("a.jsonl#30", "é😀"));
    assertThat(read("a.json", "\uFEFF[\"a\", {\"text\": \"b\"},\n \"\"]", DocumentUnit.FILE))
        .containsExactly(
            new Document("a.json#0", "a"),
            new Document("a.json#1", "b"),
            new Document("a.json#2", ""));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"id\": 1, \"body\": 2}  | mem:/a.jsonl line 2: no field 'text' (fields: id, body)",
        "{}                        | mem:/a.jsonl line 2: no field 'text' (none at all)",
        "{\"text\": 5}             | mem:/a.jsonl line 2: field 'text' is a number, expected a string",
        "{\"text\": null}          | mem:/a.jsonl line 2: field 'text' is null, expected a string",
        "[\"text\"]                | mem:/a.jsonl line 2: found an array, expected an object",
        "{\"text\": \"a\"} {}      | mem:/a.jsonl line 2: text after the object's end",
        "{\"text\": \"a\"          | mem:/a.jsonl line 2: not JSON: Unexpected end-of-input",
        "{\"text\":\"a\",\"text\":\"\"} | mem:/a.jsonl line 2: not JSON: Duplicate field 'text'",
        "{\"text\": \"a\\ud83d\"}  | mem:/a.jsonl line 2: \\ud83d at character 1 is half of a surrogate pair",
      })
  void badJsonLinesAreRefusedWithTheirLine(String line, String message) {
    assertThatThrownBy(
            () -> read("a.jsonl", "{\"text\": \"fine\"}\n" + line + "\n", DocumentUnit.LINE))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "{\"text\": \"a\"}     | mem:/a.json: found an object, expected one array; a file with an object a line is called .jsonl",
        "[\"a\", 5]            | mem:/a.json element 1: found a number, expected a string or an object",
        "[\"a\", {\"b\": 5}]   | mem:/a.json element 1: no field 'text' (fields: b)",
        "[\"a\",               | mem:/a.json line 1: not JSON: Unexpected end-of-input",
        "[\"a\"] 5             | mem:/a.json: text after the array's end",
      })
  void badArraysAreRefused(String content, String message) {
    assertThatThrownBy(() -> read("a.json", content, DocumentUnit.FILE))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(message);
  }

  @ParameterizedTest
  @CsvSource({"a.txt, FILE", "a.txt, LINE", "a.txt, PARAGRAPH", "a.jsonl, LINE", "a.json, FILE"})
  void textThatIsNotUtf8IsRefusedWithItsPlace(String name, DocumentUnit unit) {
    byte[] content = "[\"naïve\",\n\n\"caf_\"]".getBytes(StandardCharsets.UTF_8);
    int place = content.length - 3;
    content[place] = (byte) 0xE9;
    if (name.endsWith(".jsonl")) {
      content = "{\"text\": \"caf\u0080".getBytes(StandardCharsets.ISO_8859_1);
      place = content.length - 1;
    }
    byte[] bytes = content;
    assertThatThrownBy(() -> read(name, bytes, unit))
        .isInstanceOf(InputException.class)
        .hasMessage(
            String.format(
                "mem:/%s is not UTF-8: byte 0x%02X at offset %d; convert it first",
                name, bytes[place], place));
  }

  @Test
  void theReplacementCharacterItselfIsText() throws IOException {
    assertThat(read("a.txt", "odd \uFFFD text", DocumentUnit.LINE))
        .containsExactly(new Document("a.txt#0", "odd \uFFFD text"));
  }

  @ParameterizedTest
  @CsvSource({
    "FILE, has more than 16777216 bytes",
    "LINE, the line at byte 0 has more than 16777216 bytes",
    "PARAGRAPH, the paragraph at byte 0 has more than 16777216 bytes"
  })
  void endlessDocumentsAreRefused(DocumentUnit unit, String message) {
    byte[] content = new byte[DocumentReader.MAX_DOCUMENT_BYTES + 2];
    Arrays.fill(content, (byte) 'a');
    if (unit == DocumentUnit.PARAGRAPH) {
      content[content.length / 2] = '\n';
    }
    assertThatThrownBy(() -> read("a.txt", content, unit))
        .isInstanceOf(InputException.class)
        .hasMessageContaining(message);
  }

  private static List<Document> read(String name, String content, DocumentUnit unit)
      throws IOException {
    return read(name, content.getBytes(StandardCharsets.UTF_8), unit);
  }

  private static List<Document> read(String name, byte[] content, DocumentUnit unit)
      throws IOException {
    MemoryFiles files = new MemoryFiles().with("mem:/" + name, content);
    List<Document> documents = new ArrayList<>();
    new DocumentReader(files, unit, "text")
        .read(
            new TextSlice("mem:/" + name, name, TextFormat.of(name), 0, content.length),
            documents::add);
    return documents;
  }
}
