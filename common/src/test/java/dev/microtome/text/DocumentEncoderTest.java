package dev.microtome.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class DocumentEncoderTest {
  private static final String WORDS =
      """
      {"version":"1.0","truncation":null,"padding":null,"normalizer":null,
       "added_tokens":[{"id":0,"content":"<s>","single_word":false,"lstrip":false,"rstrip":false,
                        "normalized":false,"special":true}],
       "pre_tokenizer":{"type":"Whitespace"},"post_processor":%s,"decoder":null,
       "model":{"type":"WordLevel","unk_token":"x",
        "vocab":{"<s>":0,"[CLS]":1,"[SEP]":2,"a":3,"b":4,"c":5,"x":6}}}""";

  /** BERT's. */
  private static final String TEMPLATE =
      """
      {"type":"TemplateProcessing",
       "single":[{"SpecialToken":{"id":"[CLS]","type_id":0}},{"Sequence":{"id":"A","type_id":0}},
                 {"SpecialToken":{"id":"[SEP]","type_id":0}}],
       "pair":[{"Sequence":{"id":"A","type_id":0}},{"Sequence":{"id":"B","type_id":1}}],
       "special_tokens":{"[CLS]":{"id":"[CLS]","ids":[1],"tokens":["[CLS]"]},
                         "[SEP]":{"id":"[SEP]","ids":[2],"tokens":["[SEP]"]}}}""";

  private static Tokenizer tokenizer(String postProcessor) throws IOException {
    byte[] json = WORDS.formatted(postProcessor).getBytes(StandardCharsets.UTF_8);
    return Tokenizer.open(new MemoryFiles().with("mem:/m/tokenizer.json", json), "mem:/m");
  }

  private static int[] encode(
      Tokenizer tokenizer,
      SpecialTokens special,
      DocumentEncoder.Beginning beginning,
      int most,
      String text) {
    return new DocumentEncoder(
            tokenizer, DocumentEncoder.Settings.of(tokenizer, special, beginning, most))
        .encode(text);
  }

  @Test
  void cutsTheTextAndKeepsWhatTheTemplatePutsBehindIt() throws IOException {
    try (Tokenizer bert = tokenizer(TEMPLATE)) {
      assertThat(encode(bert, 5, "a b c")).containsExactly(1, 3, 4, 5, 2);
      assertThat(encode(bert, 4, "a b c")).containsExactly(1, 3, 4, 2);
      assertThat(encode(bert, 3, "a b c")).containsExactly(1, 3, 2);
      // The text may have the special tokens' own ids.
      assertThat(encode(bert, 5, "a a a a a")).containsExactly(1, 3, 3, 3, 2);
      assertThat(encode(bert, SpecialTokens.EXCLUDE, DocumentEncoder.Beginning.NOTHING, 2, "a b c"))
          .containsExactly(3, 4);
    }
  }

  private static int[] encode(Tokenizer tokenizer, int most, String text) {
    return encode(tokenizer, SpecialTokens.INCLUDE, DocumentEncoder.Beginning.NOTHING, most, text);
  }

  @Test
  void beginsWithBosWhereAskedTo() throws IOException {
    try (Tokenizer plain = tokenizer("null")) {
      SpecialTokens special = SpecialTokens.INCLUDE;
      assertThat(encode(plain, special, DocumentEncoder.Beginning.BOS, 3, "a b c"))
          .containsExactly(0, 3, 4);
      assertThat(encode(plain, special, DocumentEncoder.Beginning.BOS, 9, "a b c"))
          .containsExactly(0, 3, 4, 5);
      assertThat(encode(plain, special, DocumentEncoder.Beginning.NOTHING, 9, "a"))
          .containsExactly(3);
      assertThat(encode(plain, special, DocumentEncoder.Beginning.BOS, 9, "")).isEmpty();
    }
  }

  @Test
  void refusesWhatLeavesNoRoomOrBeginsTwice() throws IOException {
    try (Tokenizer bert = tokenizer(TEMPLATE)) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> encode(bert, 2, "a"))
          .withMessage("max-tokens: 2 tokens have no room for text beside 2 special ones");
    }
    try (Tokenizer twice = tokenizer(TEMPLATE.replace("[CLS]", "<s>").replace("[1]", "[0]"))) {
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(
              () -> encode(twice, SpecialTokens.INCLUDE, DocumentEncoder.Beginning.BOS, 9, "a"))
          .withMessageContaining("adds '<s>' by itself: set one of them to false");
    }
  }
}
