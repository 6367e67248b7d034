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
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;

/**
 * Whether a tokens table suits a model, as far as its metadata, its footers' statistics and its
 * first sequences tell. Every sequence is checked again where it is run.
 *
 * @param ids the range of token ids of each row group that has statistics; empty for a table whose
 *     metadata says which ids it holds
 */
public record CorpusCheck(
    InputPath path, TableInput table, List<TokenSequence> sample, List<IdRange> ids) {
  private static final int SAMPLE = 256;

  /** Whether the tokenizer that made the tokens must be the model's own. */
  public enum Tokenizers {
    MUST_AGREE,

    /** Only the ids must be the model's. */
    ANY
  }

  /** Token ids of rows [from, to) of a file. */
  record IdRange(String file, long from, long to, long smallest, long largest) {}

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
    List<IdRange> ids =
        table.metadata().containsKey(TokenRow.VOCABULARY_SIZE) ? List.of() : ids(table, tables);
    return new CorpusCheck(path, table, sample(parts, tables), ids);
  }

  private static List<TokenSequence> sample(List<TokenSlices> parts, TableReader tables)
      throws IOException {
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
    return List.copyOf(sample);
  }

  private static List<IdRange> ids(TableInput table, TableReader tables) throws IOException {
    try {
      return table.files().parallelStream()
          .flatMap(file -> ids(file.path(), tables))
          .sorted(Comparator.comparing(IdRange::file).thenComparing(IdRange::from))
          .toList();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
  }

  private static Stream<IdRange> ids(String file, TableReader tables) {
    try {
      return tables.rowGroups(file, "tokens").stream()
          .filter(TableReader.RowGroup::hasStatistics)
          .map(
              group ->
                  new IdRange(file, group.from(), group.to(), group.smallest(), group.largest()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Refuses tokens of which none has another before it, as far as the first sequences tell. */
  public void requirePredictions() {
    if (sample.stream().noneMatch(sequence -> sequence.tokens().length > 1)) {
      throw new InputException(
          "tokens %s: no sequence of at least 2 tokens among the first %d, expected a next token to predict"
              .formatted(path, sample.size()));
    }
  }

  public int[] sampleLengths() {
    return sample.stream().mapToInt(sequence -> sequence.tokens().length).toArray();
  }

  /**
   * Refuses tokens that cannot be this model's.
   *
   * @throws InputException naming both sides
   */
  public void requireFits(InputPath modelPath, ModelFiles model, Tokenizers tokenizers)
      throws IOException {
    int nCtx = model.config().nCtx();
    int dVocab = model.config().dVocab();
    number(TokenRow.CONTEXT_LENGTH)
        .ifPresent(
            length -> {
              if (length > nCtx) {
                throw new InputException(
                    "tokens %s: sequences of up to %d tokens, the context of model %s is %d; context-length = %d makes some that fit"
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
        if (tokenizers == Tokenizers.MUST_AGREE) {
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
    for (IdRange range : ids) {
      if (range.smallest() < 0 || range.largest() >= dVocab) {
        throw new InputException(
            "tokens %s: %s: token ids from %d to %d in rows %d to %d, model %s has a vocabulary of %d"
                .formatted(
                    path,
                    range.file(),
                    range.smallest(),
                    range.largest(),
                    range.from(),
                    range.to() - 1,
                    modelPath,
                    dVocab));
      }
    }
  }

  /**
   * Refuses a model whose own tokenizer has tokens that it does not embed.
   *
   * @param own tokens of the tokenizer
   */
  public static void requireEmbedded(InputPath modelPath, int dVocab, int own) {
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
