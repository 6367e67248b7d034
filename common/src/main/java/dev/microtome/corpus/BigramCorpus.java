package dev.microtome.corpus;

import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A Markov chain of the first order with a known table: what a model without attention layers can
 * learn, and all there is to learn (Elhage et al. 2021). The first token is uniform.
 */
public final class BigramCorpus extends GeneratedCorpus {
  private static final String KIND = "bigram";

  private final ToyVocabulary vocabulary;
  private final BigramProbabilities table;

  /** Draws the table: 20 bytes for each pair of tokens. */
  public BigramCorpus(CorpusShape shape, DocumentText text, BigramSettings settings) {
    super(shape, text);
    vocabulary = new ToyVocabulary(settings.vocabularySize());
    table = new BigramProbabilities(shape.seed(), settings.vocabularySize(), settings.sharpness());
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
    table.write(shape(), writers);
    try (RowWriter<MetricRow> rows = writers.open(MetricRow.TABLE)) {
      rows.write(
          new MetricRow(
              "uniform_loss_nats",
              StrictMath.log(table.size() - 1),
              "loss where every token but BOS is held equally likely"));
      rows.write(
          new MetricRow(
              "optimal_loss_nats",
              optimalLoss(),
              "least expected loss over the predicted tokens of a sequence"));
    }
  }

  @Override
  void writeSequence(long id, SequenceSink sink) throws IOException {
    Draws draws = Draws.of(shape().seed(), KIND, id);
    int[] tokens = shape().sequence();
    int last = CorpusShape.BOS;
    for (int position = shape().start(); position < tokens.length; position++) {
      last = table.draw(last, draws);
      tokens[position] = last;
    }
    vocabulary.write(KIND, id, tokens, shape(), sink);
  }

  /** Exact: the distribution of each token, then the entropy of the next one given it. */
  private double optimalLoss() {
    double[] entropies = IntStream.range(0, table.size()).mapToDouble(table::entropy).toArray();
    double[] state = new double[table.size()];
    state[CorpusShape.BOS] = 1;
    double loss = 0;
    for (int drawn = 0; drawn < shape().content(); drawn++) {
      boolean predicted = drawn > 0 || shape().prependBos();
      double[] next = new double[state.length];
      for (int source = 0; source < state.length; source++) {
        loss += predicted ? state[source] * entropies[source] : 0;
        if (state[source] > 0) {
          for (int out = 1; out < state.length; out++) {
            next[out] += state[source] * table.probability(source, out);
          }
        }
      }
      state = next;
    }
    return loss / (shape().contextLength() - 1);
  }
}
