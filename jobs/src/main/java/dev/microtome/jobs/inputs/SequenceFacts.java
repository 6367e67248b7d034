package dev.microtome.jobs.inputs;

import dev.microtome.jobs.TableInput;
import dev.microtome.run.InputException;
import dev.microtome.text.TokenRow;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What tables say of the sequences that activations are of, which nothing but reading all rows
 * would tell otherwise: plain data that ships to executors.
 *
 * @param most tokens of a sequence at most; 0 where it is not known
 */
public record SequenceFacts(int most, Beginning beginning) implements Serializable {
  /** Nothing is known. */
  public static final SequenceFacts UNKNOWN = new SequenceFacts(0, Beginning.UNKNOWN);

  /** Metadata of a table of activations: most tokens of a sequence that they are of. */
  private static final String CONTEXT_SIZE = "context_size";

  /** Metadata of a table of activations: whether every such sequence begins with BOS. */
  private static final String PREPEND_BOS = "prepend_bos";

  /** Whether every sequence begins with BOS. */
  public enum Beginning {
    BOS,
    TEXT,
    UNKNOWN;

    private static Beginning of(boolean bos) {
      return bos ? BOS : TEXT;
    }
  }

  /** What a table of tokens says. */
  public static SequenceFacts ofTokens(TableInput tokens) {
    Optional<Integer> bos = number(tokens, TokenRow.BOS);
    return new SequenceFacts(
        number(tokens, TokenRow.CONTEXT_LENGTH).orElse(0),
        bos.map(id -> Beginning.of(id >= 0)).orElse(Beginning.UNKNOWN));
  }

  /** What a table of activations says. */
  public static SequenceFacts ofActivations(TableInput activations) {
    String bos = activations.metadata().get(PREPEND_BOS);
    if (bos != null && !bos.equals("true") && !bos.equals("false")) {
      throw new InputException(wrong(activations, PREPEND_BOS, "true or false"));
    }
    return new SequenceFacts(
        number(activations, CONTEXT_SIZE).orElse(0),
        bos == null ? Beginning.UNKNOWN : Beginning.of(bos.equals("true")));
  }

  /** The same with the tokens of the longest sequence, where there is no word of them. */
  public SequenceFacts orMost(int longest) {
    return most > 0 ? this : new SequenceFacts(longest, beginning);
  }

  public OptionalInt contextSize() {
    return most > 0 ? OptionalInt.of(most) : OptionalInt.empty();
  }

  public Optional<Boolean> prependBos() {
    return beginning == Beginning.UNKNOWN
        ? Optional.empty()
        : Optional.of(beginning == Beginning.BOS);
  }

  /** The same as metadata of a table of activations. */
  public Map<String, String> metadata() {
    Map<String, String> metadata = new LinkedHashMap<>(); // ordered: files are compared by bytes
    contextSize().ifPresent(size -> metadata.put(CONTEXT_SIZE, Integer.toString(size)));
    prependBos().ifPresent(bos -> metadata.put(PREPEND_BOS, Boolean.toString(bos)));
    return metadata;
  }

  private static Optional<Integer> number(TableInput table, String key) {
    try {
      return Optional.ofNullable(table.metadata().get(key)).map(Integer::valueOf);
    } catch (NumberFormatException e) {
      throw new InputException(wrong(table, key, "a whole number"), e);
    }
  }

  private static String wrong(TableInput table, String key, String expected) {
    return "%s: metadata '%s' is '%s', expected %s"
        .formatted(table.files().get(0).path(), key, table.metadata().get(key), expected);
  }
}
