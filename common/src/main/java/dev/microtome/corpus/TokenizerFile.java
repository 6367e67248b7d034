package dev.microtome.corpus;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** {@code tokenizer.json} in the format of Hugging Face's tokenizers, for a closed vocabulary. */
final class TokenizerFile {
  /** Not in the vocabulary: what cannot be encoded is an error, nothing stands for it. */
  private static final String UNKNOWN = "<unk>";

  private TokenizerFile() {}

  /** One token a word, words between spaces; only the first token is special. */
  static String words(List<String> tokens) {
    ObjectNode root = root(tokens, 1);
    root.putObject("pre_tokenizer").put("type", "WhitespaceSplit");
    root.putNull("decoder");
    vocabulary(root.putObject("model").put("type", "WordLevel").put("unk_token", UNKNOWN), tokens);
    return root.toString();
  }

  /**
   * A chunk of the pattern that is in the vocabulary is one token, any other is spelt in single
   * characters: byte-pair encoding without a merge.
   *
   * @param special how many tokens from the first on are special
   */
  static String chunks(List<String> tokens, int special, String pattern) {
    ObjectNode root = root(tokens, special);
    ObjectNode split = root.putObject("pre_tokenizer").put("type", "Split");
    split.putObject("pattern").put("Regex", pattern);
    split.put("behavior", "Isolated").put("invert", false);
    root.putObject("decoder").put("type", "Fuse");
    ObjectNode model = root.putObject("model").put("type", "BPE");
    model.putNull("dropout").put("unk_token", UNKNOWN).putNull("continuing_subword_prefix");
    model.putNull("end_of_word_suffix").put("fuse_unk", false).put("byte_fallback", false);
    model.put("ignore_merges", true);
    vocabulary(model, tokens);
    model.putArray("merges");
    return root.toString();
  }

  private static ObjectNode root(List<String> tokens, int special) {
    ObjectNode root = new ObjectMapper().createObjectNode();
    root.put("version", "1.0").putNull("truncation").putNull("padding");
    for (int id = 0; id < special; id++) {
      root.withArray("added_tokens")
          .addObject()
          .put("id", id)
          .put("content", tokens.get(id))
          .put("single_word", false)
          .put("lstrip", false)
          .put("rstrip", false)
          .put("normalized", false)
          .put("special", true);
    }
    root.putNull("normalizer");
    root.putNull("post_processor");
    return root;
  }

  private static void vocabulary(ObjectNode model, List<String> tokens) {
    ObjectNode ids = model.putObject("vocab");
    for (int id = 0; id < tokens.size(); id++) {
      ids.put(tokens.get(id), id);
    }
  }
}
