package dev.microtome.text;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.microtome.run.InputException;
import dev.microtome.run.JsonWords;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/**
 * What Java needs of a tokenizer.json, and the checks that must come before the native library sees
 * it: on some malformed files that library does not fail but ends the process.
 */
final class TokenizerJson {
  /** Ten times the largest vocabularies in use; a stray id must not size an array. */
  private static final int MAX_ID = 1 << 22;

  private static final JsonMapper JSON =
      JsonMapper.builder(
              JsonFactory.builder().enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION).build())
          .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .build();

  private final String file;
  private final String[] tokens;
  private final Map<String, Integer> ids = new HashMap<>();
  private final Set<String> special = new HashSet<>();

  /**
   * @param file named in errors
   * @throws InputException when the content is not a tokenizer
   */
  TokenizerJson(String file, byte[] content) {
    this.file = file;
    JsonNode root = object(file, content);
    JsonNode model = root.path("model");
    if (!model.isObject()) {
      throw new InputException(file + " is not a tokenizer: it has no object 'model'");
    }
    readVocabulary(model.path("vocab"));
    readAddedTokens(root.path("added_tokens"));
    if (ids.isEmpty()) {
      throw new InputException(file + ": the vocabulary is empty");
    }
    tokens = new String[ids.values().stream().mapToInt(Integer::intValue).max().getAsInt() + 1];
    ids.forEach((token, id) -> tokens[id] = token);
    checkNormalizer(root.path("normalizer"));
    checkTemplate(root.path("post_processor"));
    checkMerges(model);
    checkDecoder(root.path("decoder"));
  }

  /** Parses a JSON object, strictly. */
  static JsonNode object(String file, byte[] content) {
    try {
      JsonNode root = JSON.readTree(Utf8.decode(content, 0, content.length, file, 0));
      if (root == null || !root.isObject()) {
        throw new InputException(file + ": not a JSON object");
      }
      return root;
    } catch (JsonProcessingException e) {
      String reason = JsonWords.problem(e);
      int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
      throw new InputException(file + " line " + line + ": not JSON: " + reason, e);
    }
  }

  /** Largest id + 1. */
  int size() {
    return tokens.length;
  }

  /** The token of an id; null where the vocabulary has a gap. */
  String token(int id) {
    return tokens[id];
  }

  OptionalInt id(String token) {
    Integer id = ids.get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /** The first of these that the file declares a special token. */
  OptionalInt firstSpecial(String... candidates) {
    Optional<String> found = Arrays.stream(candidates).filter(special::contains).findFirst();
    return found.isPresent() ? id(found.get()) : OptionalInt.empty();
  }

  private void readVocabulary(JsonNode vocabulary) {
    if (vocabulary.isObject()) {
      vocabulary.properties().forEach(entry -> add(entry.getKey(), entry.getValue()));
    } else if (vocabulary.isArray()) {
      for (int id = 0;
          id < vocabulary.size();
          id++) { // Unigram: [piece, score] pairs, the index is the id
        ids.put(vocabulary.get(id).path(0).asText(), id);
      }
    } else {
      throw new InputException(file + " is not a tokenizer: model.vocab is missing");
    }
  }

  private void readAddedTokens(JsonNode added) {
    for (JsonNode token : added) {
      String content = token.path("content").asText();
      add(content, token.path("id"));
      if (token.path("special").asBoolean()) {
        special.add(content);
      }
    }
  }

  private void add(String token, JsonNode id) {
    if (!id.isInt() || id.intValue() < 0 || id.intValue() > MAX_ID) {
      throw new InputException(
          file
              + ": id of token '"
              + token
              + "' is "
              + id
              + ", expected an integer from 0 to "
              + MAX_ID);
    }
    ids.put(token, id.intValue());
  }

  private void checkNormalizer(JsonNode node) {
    if (node.path("type").asText().equals("Precompiled")) {
      try {
        Base64.getDecoder().decode(node.path("precompiled_charsmap").asText("?"));
      } catch (IllegalArgumentException e) {
        throw new InputException(
            file + ": the Precompiled normalizer's precompiled_charsmap is not base64", e);
      }
    }
    node.forEach(this::checkNormalizer);
  }

  /** Every special token of a template must be declared beside it. */
  private void checkTemplate(JsonNode node) {
    if (node.path("type").asText().equals("TemplateProcessing")) {
      for (String template : new String[] {"single", "pair"}) {
        for (JsonNode piece : node.path(template)) {
          JsonNode name = piece.path("SpecialToken").path("id");
          if (!name.isMissingNode() && !node.path("special_tokens").has(name.asText())) {
            throw new InputException(
                file
                    + ": the post-processor's template uses '"
                    + name.asText()
                    + "', which its special_tokens do not have");
          }
        }
      }
      for (JsonNode declared : node.path("special_tokens")) {
        if (declared.path("ids").size() != declared.path("tokens").size()) {
          throw new InputException(
              file
                  + ": the post-processor's special token "
                  + declared.path("id")
                  + " has "
                  + declared.path("ids").size()
                  + " ids and "
                  + declared.path("tokens").size()
                  + " tokens");
        }
      }
    }
    node.forEach(this::checkTemplate);
  }

  /** The second half of a merge loses the prefix that marks continuations: it must be as long. */
  private void checkMerges(JsonNode model) {
    byte[] prefix = bytes(model.path("continuing_subword_prefix").asText(""));
    if (prefix.length == 0) {
      return;
    }
    for (JsonNode merge : model.path("merges")) {
      String pair = merge.asText();
      byte[] second =
          bytes(merge.isArray() ? merge.path(1).asText() : pair.substring(pair.indexOf(' ') + 1));
      boolean cuts =
          second.length == prefix.length
              || (second.length > prefix.length && (second[prefix.length] & 0xC0) != 0x80);
      if (!cuts) {
        throw new InputException(
            file + ": merge " + merge + " is shorter than the model's continuing_subword_prefix");
      }
    }
  }

  /**
   * The native library reads before the start of a token that is shorter than what is stripped of
   * its end.
   */
  private void checkDecoder(JsonNode node) {
    JsonNode stop = node.path("stop");
    if (node.path("type").asText().equals("Strip") && stop.isNumber() && stop.asLong() != 0) {
      throw new InputException(
          file + ": the Strip decoder's stop is " + stop + ", only 0 is supported");
    }
    node.forEach(this::checkDecoder);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Reads JSON that a file beside the tokenizer may hold. */
  @FunctionalInterface
  interface Folder {
    /** The file's content; empty where there is no such file. */
    Optional<byte[]> read(String name) throws IOException;
  }
}
