package dev.microtome.corpus;

import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.Arrays;

/**
 * Random probabilities of one token after another, BOS a source only, which anything follows. A
 * function of seed, size and sharpness; 20 bytes for each pair of tokens.
 */
final class BigramProbabilities {
  private final double[][] probabilities; // [source, out]
  private final AliasTable[] successors;

  BigramProbabilities(long seed, int vocabularySize, double sharpness) {
    probabilities = new double[vocabularySize][];
    for (int source = 0; source < vocabularySize; source++) {
      probabilities[source] =
          row(seed, source, vocabularySize, source == CorpusShape.BOS ? 0 : sharpness);
    }
    successors = Arrays.stream(probabilities).map(AliasTable::new).toArray(AliasTable[]::new);
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

  int size() {
    return probabilities.length;
  }

  double probability(int source, int out) {
    return probabilities[source][out];
  }

  double entropy(int source) {
    return Entropy.of(probabilities[source]);
  }

  int draw(int source, Draws draws) {
    return successors[source].draw(draws);
  }

  /** Every row but that of BOS where sequences do not begin with it. */
  void write(CorpusShape shape, RowWriters writers) throws IOException {
    try (RowWriter<BigramRow> rows = writers.open(BigramRow.TABLE)) {
      for (int source = 1 - shape.start(); source < size(); source++) {
        for (int out = 1; out < size(); out++) {
          rows.write(new BigramRow(source, out, probabilities[source][out]));
        }
      }
    }
  }
}
