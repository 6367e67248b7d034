package dev.microtome.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Ids, tokens, offsets and decoded text equal those of Python's tokenizers 0.23.3. */
class TokenizerGoldenTest {
  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"tokenizers/gpt2", "tokenizers/gpt-neox"})
  void idsTokensOffsetsAndDecodedTextAreThoseOfTheReference(String name) throws IOException {
    JsonNode expected = Goldens.expected(name);
    try (Tokenizer tokenizer = Goldens.tokenizer(name, folder)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(expected.get("vocabulary_size").intValue());
      assertThat(expected.get("texts")).hasSizeGreaterThan(20);
      for (JsonNode golden : expected.get("texts")) {
        String text = golden.get("text").textValue();
        int[] ids = Goldens.ints(golden.get("ids"));
        assertThat(tokenizer.encode(text, SpecialTokens.INCLUDE)).as(text).isEqualTo(ids);
        if (!golden.get("special_tokens_change_ids").booleanValue()) {
          assertThat(tokenizer.encode(text, SpecialTokens.EXCLUDE)).as(text).isEqualTo(ids);
        }
        List<Token> tokens = tokenizer.tokens(text, SpecialTokens.INCLUDE);
        assertThat(tokens).as(text).isEqualTo(tokens(golden));
        assertThat(tokens)
            .as(text)
            .allMatch(token -> tokenizer.token(token.id()).equals(token.text()));
        assertThat(tokenizer.decode(ids, SpecialTokens.INCLUDE))
            .isEqualTo(golden.get("decoded").textValue());
        assertThat(tokenizer.decode(ids, SpecialTokens.EXCLUDE))
            .isEqualTo(golden.get("decoded_skipping_special").textValue());
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "real-models/stories260K-llama, 512, 1, 2",
    "real-models/tinychat-3.4M-gpt-neo, 14019, 14018, 14018"
  })
  void tokenizersOfRealModelsGiveTheirIds(String name, int size, int bos, int eos)
      throws IOException {
    try (Tokenizer tokenizer = Goldens.tokenizer(name, folder)) {
      assertThat(tokenizer.vocabularySize()).isEqualTo(size);
      assertThat(tokenizer.bos()).hasValue(bos);
      assertThat(tokenizer.eos()).hasValue(eos);
      for (JsonNode golden : Goldens.expected(name).get("texts")) {
        String text = golden.get("text").textValue();
        int[] ids = Goldens.ints(golden.get("ids"));
        assertThat(tokenizer.encode(text, SpecialTokens.INCLUDE)).as(text).isEqualTo(ids);
        assertThat(tokenizer.tokens(text, SpecialTokens.INCLUDE))
            .extracting(Token::text)
            .containsExactly(strings(golden.get("tokens")));
        assertThat(tokenizer.decode(ids, SpecialTokens.INCLUDE))
            .isEqualTo(golden.get("decoded").textValue());
      }
    }
  }

  @Test
  void leavingSpecialTokensOutDropsTheOnesOfTheTemplateOnly() throws IOException {
    try (Tokenizer tokenizer = Goldens.tokenizer("real-models/stories260K-llama", folder)) {
      assertThat(tokenizer.encode("One day</s>", SpecialTokens.INCLUDE))
          .containsExactly(1, 385, 328, 2);
      assertThat(tokenizer.encode("One day</s>", SpecialTokens.EXCLUDE))
          .containsExactly(385, 328, 2);
      assertThat(tokenizer.tokens("One", SpecialTokens.INCLUDE))
          .containsExactly(new Token(1, "<s>", 0, 0), new Token(385, "▁One", 0, 3));
    }
  }

  @Test
  void truncationAndPaddingOfTheFileAreSwitchedOff() throws IOException {
    Path file = Goldens.tokenizerFile("real-models/stories260K-llama", folder);
    String json = Files.readString(file);
    String truncating =
        json.replace(
                "\"truncation\": null",
                "\"truncation\": {\"direction\": \"Right\", \"max_length\": 4, \"strategy\": \"LongestFirst\", \"stride\": 0}")
            .replace(
                "\"padding\": null",
                "\"padding\": {\"strategy\": {\"Fixed\": 64}, \"direction\": \"Right\", \"pad_to_multiple_of\": null,"
                    + " \"pad_id\": 0, \"pad_type_id\": 0, \"pad_token\": \"<unk>\"}");
    assertThat(truncating).contains("LongestFirst").contains("Fixed");
    Files.writeString(file, truncating);
    JsonNode golden = Goldens.expected("real-models/stories260K-llama").get("texts").get(0);
    try (Tokenizer tokenizer = Tokenizer.open(folder)) {
      assertThat(tokenizer.encode(golden.get("text").textValue(), SpecialTokens.INCLUDE))
          .isEqualTo(Goldens.ints(golden.get("ids")));
    }
  }

  @Test
  void threadsShareOneTokenizer() throws Exception {
    JsonNode texts = Goldens.expected("tokenizers/gpt2").get("texts");
    ExecutorService threads = Executors.newFixedThreadPool(4);
    try (Tokenizer tokenizer = Goldens.tokenizer("tokenizers/gpt2", folder)) {
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (int i = 0; i < 400; i++) {
        JsonNode golden = texts.get(i % texts.size());
        tasks.add(
            () -> {
              assertThat(tokenizer.encode(golden.get("text").textValue(), SpecialTokens.INCLUDE))
                  .isEqualTo(Goldens.ints(golden.get("ids")));
              return true;
            });
      }
      for (Future<Boolean> done : threads.invokeAll(tasks)) {
        assertThat(done.get()).isTrue();
      }
    } finally {
      threads.shutdown();
    }
  }

  @Test
  void everyCharacterSurvivesTheWayThroughTheNativeLibrary() throws IOException {
    StringBuilder text = new StringBuilder();
    for (int c = 0; c < 0x3000; c += 7) {
      text.appendCodePoint(c);
    }
    text.appendCodePoint(0x10FFFF).appendCodePoint(0x1F600).append('\0');
    try (Tokenizer tokenizer = Goldens.tokenizer("tokenizers/gpt2", folder)) {
      int[] ids = tokenizer.encode(text.toString(), SpecialTokens.EXCLUDE);
      assertThat(tokenizer.decode(ids, SpecialTokens.INCLUDE).getBytes(StandardCharsets.UTF_8))
          .isEqualTo(text.toString().getBytes(StandardCharsets.UTF_8));
    }
  }

  @Test
  void closedTokenizersAreRefused() throws IOException {
    Tokenizer tokenizer = Goldens.tokenizer("real-models/stories260K-llama", folder);
    tokenizer.close();
    tokenizer.close();
    assertThatThrownBy(() -> tokenizer.encode("x", SpecialTokens.EXCLUDE))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed");
  }

  private static List<Token> tokens(JsonNode golden) {
    List<Token> tokens = new ArrayList<>();
    for (int i = 0; i < golden.get("ids").size(); i++) {
      JsonNode span = golden.get("character_offsets").get(i);
      tokens.add(
          new Token(
              golden.get("ids").get(i).intValue(),
              golden.get("tokens").get(i).textValue(),
              span.get(0).intValue(),
              span.get(1).intValue()));
    }
    return tokens;
  }

  private static String[] strings(JsonNode array) {
    List<String> strings = new ArrayList<>();
    array.forEach(node -> strings.add(node.textValue()));
    return strings.toArray(String[]::new);
  }
}
