package dev.microtome.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TokenizerTest {
  @TempDir Path folder;
  private Path file;

  @BeforeEach
  void unpack() throws IOException {
    file = Goldens.tokenizerFile("real-models/stories260K-llama", folder);
  }

  @Test
  void opensAFolderOnAnyFileStore() throws IOException {
    MemoryFiles files =
        new MemoryFiles().with("mem:/model/tokenizer.json", Files.readAllBytes(file));
    try (Tokenizer tokenizer = Tokenizer.open(files, "mem:/model");
        Tokenizer same = Tokenizer.open(file)) {
      assertThat(tokenizer).hasToString("mem:/model/tokenizer.json");
      assertThat(tokenizer.encode("One day", SpecialTokens.EXCLUDE)).containsExactly(385, 328);
      assertThat(tokenizer.digest()).isEqualTo(same.digest()).matches("[0-9a-f]{64}");
    }
    assertThatThrownBy(() -> Tokenizer.open(files, "mem:/other"))
        .isInstanceOf(InputException.class)
        .hasMessage("No tokenizer at mem:/other (a tokenizer.json or a folder that has one)");
  }

  /** The first token's text is not predicted; a special one has none. */
  @Test
  void countsTheBytesOfTheTextBehindTheFirstToken() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(file)) {
      String text = "One day, a \u00e9l\u00e9phant \ud83d\udc18 sat";
      int bytes = text.getBytes(StandardCharsets.UTF_8).length;
      int[] plain = tokenizer.encode(text, SpecialTokens.EXCLUDE);
      int[] begun = new int[plain.length + 1];
      begun[0] = 1;
      System.arraycopy(plain, 0, begun, 1, plain.length);
      assertThat(tokenizer.bytesBehindFirst(begun)).isEqualTo(bytes);
      assertThat(tokenizer.bytesBehindFirst(plain)).isEqualTo(bytes - "One".length());
      assertThat(tokenizer.bytesBehindFirst(new int[] {plain[0]})).isZero();
      assertThat(tokenizer.bytesBehindFirst(new int[0])).isZero();
    }
  }

  @Test
  void bosAndEosAreThoseOfTheTokenizersConfigurationBeforeTheModels() throws IOException {
    Files.writeString(
        folder.resolve("config.json"), "{\"bos_token_id\": 5, \"eos_token_id\": [7, 8]}");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.bos()).hasValue(5);
      assertThat(tokenizer.eos()).hasValue(7);
    }
    Files.writeString(
        folder.resolve("tokenizer_config.json"),
        "{\"bos_token\": {\"content\": \"</s>\"}, \"eos_token\": null}");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.bos()).hasValue(2);
      assertThat(tokenizer.eos()).hasValue(7);
    }
  }

  @Test
  void defaultsOfAFamilyThatTheVocabularyDoesNotHaveAreNotUsed() throws IOException {
    Files.writeString(
        folder.resolve("config.json"), "{\"bos_token_id\": 50256, \"eos_token_id\": -1}");
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.bos()).hasValue(1);
      assertThat(tokenizer.eos()).hasValue(2);
    }
  }

  @Test
  void refusesABeginningThatTheTokenizerDoesNotHave() throws IOException {
    Files.writeString(folder.resolve("tokenizer_config.json"), "{\"bos_token\": \"<begin>\"}");
    assertThatThrownBy(() -> Tokenizer.open(folder))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "tokenizer_config.json: bos_token is '<begin>', which the tokenizer does not have");
  }

  /** The last five would end the process if the native library saw them. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "\"model\": {               | \"madel\": {                | it has no object 'model'",
        "\"type\": \"BPE\"          | \"type\": \"CPE\"           | is not a tokenizer",
        "\"version\"                | \"added_tokens\"            | Duplicate field 'added_tokens'",
        "\"id\": 1,                 | \"id\": 4000000000,         | id of token '<s>' is 4000000000, expected an integer from 0 to",
        "\"id\": 1,                 | \"id\": \"1\",              | id of token '<s>' is \"1\", expected an integer",
        "\"SpecialToken\": {        | \"SpecialToken\": {\"id\": \"<x>\", \"type_id\": 0}, \"SpecialTokan\": { | template uses '<x>'",
        "\"tokens\": [              | \"tokens\": [\"<s>\",       | has 1 ids and 2 tokens",
        "\"stop\": 0                | \"stop\": 3                 | the Strip decoder's stop is 3, only 0 is supported",
        "\"type\": \"Prepend\"      | \"type\": \"Precompiled\"   | precompiled_charsmap is not base64",
        "\"continuing_subword_prefix\": null | \"continuing_subword_prefix\": \"#####\" | is shorter than the model's continuing_subword_prefix",
      })
  void refusesWhatIsNoTokenizer(String found, String replacement, String message)
      throws IOException {
    String json = Files.readString(file);
    assertThat(json).contains(found);
    Files.writeString(file, json.replace(found, replacement));
    assertThatThrownBy(() -> Tokenizer.open(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file.toString())
        .hasMessageContaining(message);
  }

  @Test
  void refusesATruncatedFile() throws IOException {
    String json = Files.readString(file);
    Files.writeString(file, json.substring(0, json.length() / 2));
    assertThatThrownBy(() -> Tokenizer.open(file))
        .isInstanceOf(InputException.class)
        .hasMessageStartingWith(file + " line ")
        .hasMessageContaining("not JSON");
  }

  @Test
  void refusesAnIdThatTheTemplateInvents() throws IOException {
    String json = Files.readString(file);
    Files.writeString(file, json.replaceAll("\"ids\": \\[\\s*1\\s*]", "\"ids\": [512]"));
    try (Tokenizer tokenizer = Tokenizer.open(file)) {
      assertThatThrownBy(() -> tokenizer.encode("a", SpecialTokens.INCLUDE))
          .isInstanceOf(InputException.class)
          .hasMessage(file + " gives id 512, its vocabulary has 0 to 511");
    }
  }

  @Test
  void refusesHalfACharacterAndIdsOutOfRange() throws IOException {
    try (Tokenizer tokenizer = Tokenizer.open(file)) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.encode("ab\ud83d", SpecialTokens.EXCLUDE))
          .withMessage("character 2 is half of a surrogate pair");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> tokenizer.decode(new int[] {5, 512}, SpecialTokens.EXCLUDE))
          .withMessage("token id 512: the vocabulary has 0 to 511");
    }
  }
}
