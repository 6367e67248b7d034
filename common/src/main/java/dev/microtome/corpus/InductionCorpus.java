package dev.microtome.corpus;

import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/**
 * Random tokens in which segments come again (Olsson et al. 2022). A sequence is a row of segments
 * of random length; each is either drawn at random or copied from a random earlier place, so that
 * neither position nor distance tells what comes: only what followed the same token before does.
 * Random tokens are uniform, or follow a Markov chain of the first order, which a model without
 * attention learns as well as others.
 */
public final class InductionCorpus extends GeneratedCorpus {
  private static final String KIND = "induction";

  private final InductionSettings settings;
  private final ToyVocabulary vocabulary;
  private final Optional<BigramProbabilities> chain;

  /** A corpus without files: nothing but the chain's table is computed before it is written. */
  public InductionCorpus(CorpusShape shape, DocumentText text, InductionSettings settings) {
    super(shape, text);
    this.settings = settings;
    this.vocabulary = new ToyVocabulary(settings.vocabularySize());
    this.chain =
        settings.sharpness() == 0
            ? Optional.empty()
            : Optional.of(
                new BigramProbabilities(
                    shape.seed(), settings.vocabularySize(), settings.sharpness()));
  }

  @Override
  public List<String> vocabulary() {
    return vocabulary.tokens();
  }

  @Override
  public String tokenizerJson() {
    return vocabulary.tokenizerJson();
  }

  @Override
  void writeOwnTruth(RowWriters writers) throws IOException {
    double random = StrictMath.log(settings.vocabularySize() - 1);
    double predictable = predictableFraction();
    if (chain.isPresent()) {
      chain.get().write(shape(), writers);
    }
    try (RowWriter<MetricRow> rows = writers.open(MetricRow.TABLE)) {
      rows.write(
          new MetricRow(
              "uniform_loss_nats",
              random,
              "loss where every token but BOS is held equally likely"));
      rows.write(
          new MetricRow(
              "predictable_fraction",
              predictable,
              "expected share of the predicted tokens that induction predicts"));
      rows.write(
          new MetricRow(
              "induction_loss_nats",
              (1 - predictable) * random,
              "loss where predictable tokens are certain and all others equally likely"));
    }
  }

  @Override
  void writeSequence(long id, SequenceSink sink) throws IOException {
    Draws draws = Draws.of(shape().seed(), KIND, id);
    int[] tokens = shape().sequence();
    int first = shape().start();
    int at = first;
    while (at < tokens.length) {
      int length = draws.between(settings.minSegment(), settings.maxSegment());
      int before = at - first;
      boolean copies = before >= length && draws.unit() < settings.copyProbability();
      int source = copies ? first + draws.below(before - length + 1) : -1;
      int end = Math.min(tokens.length, at + length);
      for (int i = 0; at < end; at++, i++) {
        tokens[at] =
            copies ? tokens[source + i] : random(at == 0 ? CorpusShape.BOS : tokens[at - 1], draws);
        sink.induction(
            new InductionRow(id, at, tokens[at], copies ? source + i : -1, copies && i > 0));
      }
    }
    vocabulary.write(KIND, id, tokens, shape(), sink);
  }

  private int random(int last, Draws draws) {
    return chain.isPresent()
        ? chain.get().draw(last, draws)
        : draws.between(1, settings.vocabularySize() - 1);
  }

  /** Exact: the chance that a segment begins at each place, then what it is expected to give. */
  private double predictableFraction() {
    int content = shape().content();
    int lengths = settings.maxSegment() - settings.minSegment() + 1;
    double[] begins = new double[content];
    begins[0] = 1;
    double predictable = 0;
    for (int at = 0; at < content; at++) {
      double each = begins[at] / lengths;
      // Longer ones are cut off here, and no copy of them fits before.
      int longest = Math.min(settings.maxSegment(), content);
      for (int length = settings.minSegment(); length <= longest; length++) {
        if (at >= length) {
          predictable += each * settings.copyProbability() * (Math.min(length, content - at) - 1);
        }
        if (at + length < content) {
          begins[at + length] += each;
        }
      }
    }
    return predictable / (shape().contextLength() - 1);
  }
}
