package dev.microtome.corpus;

import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * Small documents in an English-like language whose every token is labelled with its concepts:
 * biographies, stories, facts, indirect objects, numbers, code, DNA and base64. Facts agree
 * throughout; professions are biased by gender as the table {@code probabilities} says. Profiles,
 * drawn on request, are biographies that do not name the profession: some sentences say what those
 * of the profession do, others what those of another do, and what these leave open the gender
 * tells.
 */
public final class LanguageCorpus extends GeneratedCorpus {
  private static final String KIND = "language";

  private final LanguageSettings settings;
  private final Language language;
  private final List<String> tokens;

  /** Loads the language. */
  public LanguageCorpus(CorpusShape shape, DocumentText text, LanguageSettings settings) {
    super(shape, text);
    this.settings = settings;
    this.language = new Language(shape.seed(), settings);
    this.tokens = language.vocabulary().tokens();
  }

  @Override
  public List<String> vocabulary() {
    return tokens;
  }

  @Override
  public String tokenizerJson() {
    return language.vocabulary().tokenizerJson();
  }

  @Override
  void writeOwnTruth(RowWriters writers) throws IOException {
    try (RowWriter<FactRow> rows = writers.open(FactRow.TABLE)) {
      for (FactRow fact : language.facts()) {
        rows.write(fact);
      }
    }
    try (RowWriter<ProbabilityRow> rows = writers.open(ProbabilityRow.TABLE)) {
      for (ProbabilityRow probability : language.probabilities()) {
        rows.write(probability);
      }
    }
  }

  @Override
  void writeSequence(long id, SequenceSink sink) throws IOException {
    Draws draws = Draws.of(shape().seed(), KIND, id);
    int[] sequence = shape().sequence();
    int at = shape().start();
    String name = KIND + "/" + id + "#";
    int index = 0;
    do {
      GeneratedDocument document = language.draw(draws);
      int length = Math.min(document.tokens().size(), sequence.length - at);
      for (int i = 0; i < length; i++) {
        sequence[at + i] = document.tokens().token(i);
        for (Label label : document.tokens().labels(i)) {
          sink.label(new LabelRow(id, at + i, sequence[at + i], label.concept(), label.value()));
        }
      }
      if (sink.wantsText()) {
        sink.document(row(id, name + index, at, length, document, sequence));
      }
      at += length;
      if (at < sequence.length) {
        sequence[at++] = Vocabulary.EOS;
      }
      index++;
    } while (settings.pack() && at < sequence.length);
    sink.sequence(id, name + 0, Arrays.copyOf(sequence, at));
  }

  private DocumentRow row(
      long id, String name, int at, int length, GeneratedDocument document, int[] sequence) {
    return new DocumentRow(
        id,
        name,
        at,
        length,
        document.kind(),
        document.gender(),
        document.profession(),
        language.vocabulary().text(sequence, at, at + length));
  }
}
