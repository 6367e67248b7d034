package dev.microtome.corpus;

import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;

/**
 * A Markov chain of the first order with a known table: what a model without attention layers can
 * learn, and all there is to learn (Elhage et al. 2021). The first token is uniform.
 */
public final class BigramCorpus extends GeneratedCorpus {
  private static final String KIND = "bigram";

  private final ToyVocabulary vocabulary;
  private final double[][] probabilities; // [source, out], BOS a source only
  private final AliasTable[] successors;

  /** Draws the table: 16 bytes for each pair of tokens. */
  public BigramCorpus(CorpusShape shape, DocumentText text, BigramSettings settings) {
    super(shape, text);
    int size = settings.vocabularySize();
    vocabulary = new ToyVocabulary(size);
    probabilities = new double[size][];
    successors = new AliasTable[size];
    for (int source = 0; source < size; source++) {
      // BOS is followed by anything.
      double sharpness = source == CorpusShape.BOS ? 0 : settings.sharpness();
      probabilities[source] = row(shape.seed(), source, size, sharpness);
      successors[source] = new AliasTable(probabilities[source]);
    }
  }

  /** Powers of exponential variables, normalised; with power 1 uniform over the simplex. */
  private static double[] row(long seed, int source, int size, double sharpness) {
    Draws draws = Draws.of(seed, "bigram table", source);
    double[] row = new double[size];
    double sum = 0;
    for (int out = 1; out < size; out++) {
      // StrictMath: the same bits on every machine. 1 − u is above 0.
      row[out] = StrictMath.pow(-StrictMath.log(1 - draws.unit()), sharpness);
      sum += row[out];
    }
    for (int out = 1; out < size; out++) {
      row[out] /= sum;
    }
    return row;
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
    try (RowWriter<BigramRow> rows = writers.open(BigramRow.TABLE)) {
      for (int source = 1 - shape().start(); source < probabilities.length; source++) {
        for (int out = 1; out < probabilities.length; out++) {
          rows.write(new BigramRow(source, out, probabilities[source][out]));
        }
      }
    }
    try (RowWriter<MetricRow> rows = writers.open(MetricRow.TABLE)) {
      rows.write(
          new MetricRow(
              "uniform_loss_nats",
              StrictMath.log(probabilities.length - 1),
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
      last = successors[last].draw(draws);
      tokens[position] = last;
    }
    vocabulary.write(KIND, id, tokens, shape(), sink);
  }

  /** Exact: the distribution of each token, then the entropy of the next one given it. */
  private double optimalLoss() {
    double[] entropies = Arrays.stream(probabilities).mapToDouble(Entropy::of).toArray();
    double[] state = new double[probabilities.length];
    state[CorpusShape.BOS] = 1;
    double loss = 0;
    for (int drawn = 0; drawn < shape().content(); drawn++) {
      boolean predicted = drawn > 0 || shape().prependBos();
      double[] next = new double[state.length];
      for (int source = 0; source < state.length; source++) {
        loss += predicted ? state[source] * entropies[source] : 0;
        if (state[source] > 0) {
          for (int out = 1; out < state.length; out++) {
            next[out] += state[source] * probabilities[source][out];
          }
        }
      }
      state = next;
    }
    return loss / (shape().contextLength() - 1);
  }
}
