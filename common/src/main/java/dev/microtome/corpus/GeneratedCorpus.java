package dev.microtome.corpus;

import dev.microtome.run.Digest;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenRow;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * A corpus that is computed, with the truth about it. Every sequence is a pure function of the
 * seed, the kind and the sequence's number: how a corpus is cut into files changes no token.
 *
 * <p>Safe for use by several threads.
 */
public abstract class GeneratedCorpus {
  /** Folder of a run that keeps {@link #tokenizerJson}, and the file in it. */
  public static final String TOKENIZER = "tokenizer";

  public static final String TOKENIZER_FILE = "tokenizer.json";

  private final CorpusShape shape;
  private final DocumentText text;

  GeneratedCorpus(CorpusShape shape, DocumentText text) {
    this.shape = shape;
    this.text = text;
  }

  /** Every table that a corpus of some kind writes. */
  public static List<TableSpec<?>> tables() {
    return List.of(
        TokenRow.TABLE,
        DocumentRow.TABLE,
        VocabularyRow.TABLE,
        MetricRow.TABLE,
        InductionRow.TABLE,
        BigramRow.TABLE,
        SkipTrigramRow.TABLE,
        LabelRow.TABLE,
        FactRow.TABLE,
        ProbabilityRow.TABLE);
  }

  /** The tokens as their vocabulary spells them, by id. */
  public abstract List<String> vocabulary();

  /** A {@code tokenizer.json} that reads the corpus's text as the corpus's tokens. */
  public abstract String tokenizerJson();

  /** Writes what is true of the corpus as a whole: its vocabulary, its distribution, its facts. */
  public final void writeTruth(RowWriters writers) throws IOException {
    try (RowWriter<VocabularyRow> rows = writers.open(VocabularyRow.TABLE)) {
      List<String> tokens = vocabulary();
      for (int id = 0; id < tokens.size(); id++) {
        rows.write(new VocabularyRow(id, tokens.get(id)));
      }
    }
    writeOwnTruth(writers);
  }

  /**
   * Writes sequences {@code from} to {@code to} − 1, and what is true of their tokens.
   *
   * @return tokens written
   */
  public final long writeSequences(long from, long to, RowWriters writers) throws IOException {
    try (SequenceSink sink = new SequenceSink(writers, tokensTable(), text)) {
      for (long id = from; id < to; id++) {
        writeSequence(id, sink);
      }
      return sink.tokens();
    }
  }

  abstract void writeOwnTruth(RowWriters writers) throws IOException;

  abstract void writeSequence(long id, SequenceSink sink) throws IOException;

  final CorpusShape shape() {
    return shape;
  }

  private TableSpec<TokenRow> tokensTable() {
    byte[] tokenizer = tokenizerJson().getBytes(StandardCharsets.UTF_8);
    return TokenRow.TABLE.withMetadata(
        Map.of(
            TokenRow.TOKENIZER_SHA256,
            Digest.of(tokenizer),
            TokenRow.VOCABULARY_SIZE,
            Integer.toString(vocabulary().size()),
            TokenRow.CONTEXT_LENGTH,
            Integer.toString(shape.contextLength()),
            TokenRow.BOS,
            Integer.toString(shape.prependBos() ? CorpusShape.BOS : -1)));
  }
}
