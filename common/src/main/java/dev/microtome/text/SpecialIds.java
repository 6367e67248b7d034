package dev.microtome.text;

import com.fasterxml.jackson.databind.JsonNode;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** Which tokens begin and end a text. */
record SpecialIds(OptionalInt bos, OptionalInt eos) {
  static final List<String> FILES = List.of("tokenizer_config.json", "config.json");

  private static final String[] BOS_NAMES = {"<s>", "<|begin_of_text|>", "<bos>", "<|endoftext|>"};
  private static final String[] EOS_NAMES = {"</s>", "<|end_of_text|>", "<eos>", "<|endoftext|>"};

  static SpecialIds find(TokenizerJson json, TokenizerJson.Folder folder) throws IOException {
    OptionalInt bos = OptionalInt.empty();
    OptionalInt eos = OptionalInt.empty();
    for (String file : FILES) {
      Optional<byte[]> content = folder.read(file);
      if (content.isPresent()) {
        JsonNode root = TokenizerJson.object(file, content.get());
        bos = bos.isPresent() ? bos : declared(file, root, "bos_token", json);
        eos = eos.isPresent() ? eos : declared(file, root, "eos_token", json);
      }
    }
    eos = eos.isPresent() ? eos : json.firstSpecial(EOS_NAMES);
    bos = bos.isPresent() ? bos : json.firstSpecial(BOS_NAMES);
    return new SpecialIds(bos.isPresent() ? bos : eos, eos);
  }

  /**
   * {@code bos_token} is a string or an object with its content, {@code bos_token_id} an id or a
   * list of them.
   */
  private static OptionalInt declared(String file, JsonNode root, String key, TokenizerJson json) {
    JsonNode token = root.path(key);
    JsonNode content = token.isObject() ? token.path("content") : token;
    if (content.isTextual()) {
      OptionalInt id = json.id(content.asText());
      if (id.isEmpty()) {
        throw new InputException(
            file
                + ": "
                + key
                + " is '"
                + content.asText()
                + "', which the tokenizer does not have");
      }
      return id;
    }
    JsonNode ids = root.path(key + "_id");
    JsonNode id = ids.isArray() ? ids.path(0) : ids;
    // Out of range is no mistake: transformers writes a family's defaults, such as GPT-2's 50256,
    // whatever the vocabulary.
    boolean known = id.isInt() && id.intValue() >= 0 && id.intValue() < json.size();
    return known ? OptionalInt.of(id.intValue()) : OptionalInt.empty();
  }
}
