package dev.microtome.text;

import dev.microtome.run.InputException;
import java.io.Serializable;
import java.util.Arrays;

/**
 * A document as one sequence of tokens, cut off at the end where it is too long; what the
 * tokenizer's template puts behind the text, such as [SEP], stays. Safe for concurrent use.
 */
public final class DocumentEncoder {
  private final Tokenizer tokenizer;
  private final Settings settings;

  /**
   * How documents are encoded.
   *
   * @param bos put before everything else, or {@link SequenceLayout#NONE}
   * @param maxTokens of a sequence
   */
  public record Settings(SpecialTokens special, int bos, int maxTokens) implements Serializable {
    /**
     * Settings that suit a tokenizer.
     *
     * @throws InputException if there is no BOS token to put before, the template has it already,
     *     or there is no room for text
     */
    public static Settings of(
        Tokenizer tokenizer, SpecialTokens special, Beginning beginning, int maxTokens) {
      int[] template = special == SpecialTokens.INCLUDE ? template(tokenizer) : new int[0];
      int bos = SequenceLayout.NONE;
      if (beginning == Beginning.BOS) {
        bos =
            tokenizer
                .bos()
                .orElseThrow(
                    () ->
                        new InputException(
                            "prepend-bos: %s has no BOS token".formatted(tokenizer)));
        if (template.length > 0 && template[0] == bos) {
          throw new InputException(
              "prepend-bos and add-special-tokens: %s adds '%s' by itself: set one of them to false"
                  .formatted(tokenizer, tokenizer.token(bos)));
        }
      }
      int more = template.length + (bos == SequenceLayout.NONE ? 0 : 1);
      if (maxTokens <= more) {
        throw new InputException(
            "max-tokens: %d tokens have no room for text beside %d special ones"
                .formatted(maxTokens, more));
      }
      return new Settings(special, bos, maxTokens);
    }
  }

  /** What stands before the text and the template. */
  public enum Beginning {
    BOS,
    NOTHING
  }

  public DocumentEncoder(Tokenizer tokenizer, Settings settings) {
    this.tokenizer = tokenizer;
    this.settings = settings;
  }

  private static int[] template(Tokenizer tokenizer) {
    return tokenizer.encode("", SpecialTokens.INCLUDE);
  }

  /**
   * Tokens of a text; none of one that has none.
   *
   * @throws InputException when the tokenizer has no token for something in the text
   */
  public int[] encode(String text) {
    int[] ids = tokenizer.encode(text, settings.special());
    int before = settings.bos() == SequenceLayout.NONE ? 0 : 1;
    int length = Math.min(settings.maxTokens(), before + ids.length);
    if (ids.length == 0) {
      return ids;
    }
    int suffix = length < before + ids.length ? suffix(text, ids) : 0;
    int kept = length - before - suffix;
    int[] tokens = new int[length];
    if (before > 0) {
      tokens[0] = settings.bos();
    }
    System.arraycopy(ids, 0, tokens, before, kept);
    System.arraycopy(ids, ids.length - suffix, tokens, before + kept, suffix);
    return tokens;
  }

  /** How many of a text's tokens the template has put behind it. */
  private int suffix(String text, int[] ids) {
    if (settings.special() == SpecialTokens.EXCLUDE) {
      return 0;
    }
    int[] bare = tokenizer.encode(text, SpecialTokens.EXCLUDE);
    int suffix = ids.length - bare.length;
    while (suffix > 0
        && !Arrays.equals(
            ids, ids.length - suffix - bare.length, ids.length - suffix, bare, 0, bare.length)) {
      suffix--;
    }
    return suffix;
  }
}
