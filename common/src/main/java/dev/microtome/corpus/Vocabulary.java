package dev.microtome.corpus;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens of the language: BOS, EOS, the printable characters, and the words that are learned while
 * the language is loaded. A space before a word is part of its token, as in GPT-2. What is met
 * after {@link #close} and is no word is spelt in characters, so that any text of printable
 * characters has tokens.
 */
final class Vocabulary {
  /**
   * Chunks of a text: words with the space before them, single marks. The same in Java and Rust.
   */
  static final String PATTERN = "'s| ?[A-Za-z0-9+/=_]+| ?[^\\sA-Za-z0-9+/=_]|\\s";

  static final int EOS = 1;

  private static final Pattern CHUNK = Pattern.compile(PATTERN);
  private static final List<String> SPECIAL = List.of("<s>", "</s>");

  private final List<String> tokens = new ArrayList<>();
  private final Map<String, Integer> ids = new HashMap<>();
  private boolean closed;

  Vocabulary() {
    SPECIAL.forEach(this::add);
    add("\n");
    for (char character = ' '; character <= '~'; character++) {
      add(String.valueOf(character));
    }
  }

  /** From here on no word is new. */
  void close() {
    closed = true;
  }

  List<String> tokens() {
    return List.copyOf(tokens);
  }

  String tokenizerJson() {
    return TokenizerFile.chunks(tokens, SPECIAL.size(), PATTERN);
  }

  static List<String> chunks(String text) {
    List<String> chunks = new ArrayList<>();
    for (Matcher matcher = CHUNK.matcher(text); matcher.find(); ) {
      chunks.add(matcher.group());
    }
    return chunks;
  }

  /** Ids of a text; learns its words while the vocabulary is open. */
  int[] ids(String text) {
    List<Integer> result = new ArrayList<>();
    for (String chunk : chunks(text)) {
      Integer id = ids.get(chunk);
      if (id == null && !closed) {
        id = add(chunk);
      }
      if (id != null) {
        result.add(id);
      } else {
        for (int character : spell(chunk)) {
          result.add(character);
        }
      }
    }
    return result.stream().mapToInt(Integer::intValue).toArray();
  }

  /** Ids of a text's characters. */
  int[] spell(String text) {
    return text.chars().map(character -> ids.get(String.valueOf((char) character))).toArray();
  }

  /** Text of tokens; that of special ones is left out. */
  String text(int[] sequence, int from, int to) {
    StringBuilder text = new StringBuilder();
    for (int i = from; i < to; i++) {
      if (sequence[i] >= SPECIAL.size()) {
        text.append(tokens.get(sequence[i]));
      }
    }
    return text.toString();
  }

  private int add(String token) {
    tokens.add(token);
    ids.put(token, tokens.size() - 1);
    return tokens.size() - 1;
  }
}
