package dev.microtome.jobs.inputs;

import dev.microtome.config.InputPath;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.InputException;
import dev.microtome.table.RowReader;
import dev.microtome.text.TokenRow;
import dev.microtome.text.TokenSequence;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Whether a tokens table suits a model, as far as its metadata and its first sequences tell. Every
 * sequence is checked again where it is run.
 */
public record CorpusCheck(InputPath path, TableInput table, List<TokenSequence> sample) {
  private static final int SAMPLE = 256;

  /**
   * Looks at a table.
   *
   * @throws InputException when it has no rows
   */
  public static CorpusCheck of(
      InputPath path, TableInput table, List<TokenSlices> parts, TableReader tables)
      throws IOException {
    if (parts.isEmpty()) {
      throw new InputException("tokens %s: the table has no rows".formatted(path));
    }
    List<TokenSequence> sample = new ArrayList<>();
    for (TokenSlices part : parts) {
      for (TokenSlices.Slice slice : part.slices()) {
        long to = Math.min(slice.to(), slice.from() + SAMPLE - sample.size());
        try (RowReader<TokenSequence> reader =
            tables.read(slice.path(), TokenSequence.class, slice.from(), to)) {
          reader.forEachRemaining(sample::add);
        }
      }
      if (sample.size() >= SAMPLE) {
        break;
      }
    }
    return new CorpusCheck(path, table, List.copyOf(sample));
  }

  public int[] sampleLengths() {
    return sample.stream().mapToInt(sequence -> sequence.tokens().length).toArray();
  }

  /**
   * Refuses tokens that cannot be this model's.
   *
   * @param acceptOtherTokenizer whether only the ids must be the model's, not the tokenizer
   * @throws InputException naming both sides
   */
  public void requireFits(InputPath modelPath, ModelFiles model, boolean acceptOtherTokenizer)
      throws IOException {
    int nCtx = model.config().nCtx();
    int dVocab = model.config().dVocab();
    number(TokenRow.CONTEXT_LENGTH)
        .ifPresent(
            length -> {
              if (length > nCtx) {
                throw new InputException(
                    "tokens %s: sequences of up to %d tokens, the context of model %s is %d; tokenize with context-length = %d"
                        .formatted(path, length, modelPath, nCtx, nCtx));
              }
            });
    number(TokenRow.VOCABULARY_SIZE)
        .ifPresent(
            size -> {
              if (size > dVocab) {
                throw new InputException(
                    "tokens %s: their tokenizer has %d tokens, model %s has %d; use the model's own tokenizer"
                        .formatted(path, size, modelPath, dVocab));
              }
            });
    if (model.tokenizer().isPresent()) {
      try (Tokenizer own = Tokenizer.open(model.tokenizer().get())) {
        requireEmbedded(modelPath, dVocab, own.vocabularySize());
        if (!acceptOtherTokenizer) {
          requireSameTokenizer(modelPath, own);
        }
      }
    }
    for (TokenSequence sequence : sample) {
      try {
        sequence.requireFits(nCtx, dVocab);
      } catch (InputException e) {
        throw new InputException("tokens %s: %s".formatted(path, e.getMessage()), e);
      }
    }
  }

  private static void requireEmbedded(InputPath modelPath, int dVocab, int own) {
    // Embeddings are often padded to a round size, so that the model may have more rows.
    if (own > dVocab) {
      throw new InputException(
          "model %s: its tokenizer.json has %d tokens, its embedding %d"
              .formatted(modelPath, own, dVocab));
    }
  }

  private void requireSameTokenizer(InputPath modelPath, Tokenizer own) {
    String made = table.metadata().get(TokenRow.TOKENIZER_SHA256);
    if (made != null && !made.equals(own.digest())) {
      throw new InputException(
          "tokens %s: made with a tokenizer.json of sha256 %s, that of model %s is %s; accept-other-tokenizer = true accepts it"
              .formatted(path, shorten(made), modelPath, shorten(own.digest())));
    }
    number(TokenRow.VOCABULARY_SIZE)
        .ifPresent(
            size -> {
              if (size != own.vocabularySize()) {
                throw new InputException(
                    "tokens %s: made with a tokenizer of %d tokens, the tokenizer of model %s has %d; accept-other-tokenizer = true accepts it"
                        .formatted(path, size, modelPath, own.vocabularySize()));
              }
            });
  }

  private static String shorten(String value) {
    return value.length() <= 16 ? value : value.substring(0, 16) + "…";
  }

  private OptionalLong number(String key) {
    String value = table.metadata().get(key);
    try {
      return value == null ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(value));
    } catch (NumberFormatException e) {
      throw new InputException(
          "%s: metadata '%s' is '%s', expected a whole number"
              .formatted(table.files().get(0).path(), key, shorten(value)),
          e);
    }
  }
}
