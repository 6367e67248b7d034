package dev.microtome.jobs.quickstart;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * A {@code tokenizer.json} with one token a word of a closed vocabulary, in the format of Hugging
 * Face's tokenizers.
 */
final class WordTokenizer {
  private static final String BEGINNING = "<s>";
  private static final String END = "</s>";
  private static final String UNKNOWN = "<unk>";

  private final List<String> vocabulary;

  private WordTokenizer(List<String> vocabulary) {
    this.vocabulary = vocabulary;
  }

  /** The words of the texts in alphabetical order, after the three special tokens. */
  static WordTokenizer of(Collection<String> texts) {
    TreeSet<String> words = new TreeSet<>();
    for (String text : texts) {
      words.addAll(List.of(text.strip().split("\\s+")));
    }
    List<String> vocabulary = new ArrayList<>(List.of(BEGINNING, END, UNKNOWN));
    vocabulary.addAll(words);
    return new WordTokenizer(List.copyOf(vocabulary));
  }

  int beginning() {
    return vocabulary.indexOf(BEGINNING);
  }

  int end() {
    return vocabulary.indexOf(END);
  }

  int size() {
    return vocabulary.size();
  }

  String json() {
    ObjectMapper mapper = new ObjectMapper();
    ObjectNode root = mapper.createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    for (String special : List.of(BEGINNING, END, UNKNOWN)) {
      root.withArray("added_tokens")
          .addObject()
          .put("id", vocabulary.indexOf(special))
          .put("content", special)
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    root.putNull("normalizer");
    root.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
    root.putNull("post_processor").putNull("decoder");
    ObjectNode model = root.putObject("model").put("type", "WordLevel").put("unk_token", UNKNOWN);
    ObjectNode ids = model.putObject("vocab");
    for (int id = 0; id < vocabulary.size(); id++) {
      ids.put(vocabulary.get(id), id);
    }
    return root.toPrettyString();
  }
}
