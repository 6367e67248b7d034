package dev.microtome.circuits;

import dev.microtome.linalg.Matrix;
import dev.microtome.run.InputException;
import java.util.Map;
import java.util.TreeMap;

/** A corpus's bigram probabilities, collected row by row, and a model's distance from them. */
public final class BigramTruth {
  /**
   * How far probabilities of one source may be from 1 in sum: they are read as they were written.
   */
  private static final double TOLERANCE = 1e-6;

  private final int dVocab;
  private final Map<Integer, double[]> probabilities = new TreeMap<>();

  /** Nothing yet, for a vocabulary of this size. Each source takes 8 · dVocab bytes. */
  public BigramTruth(int dVocab) {
    this.dVocab = dVocab;
  }

  /**
   * Adds one probability.
   *
   * @throws InputException if a token is not in the vocabulary or the probability is none
   */
  public void add(TrueBigramRow row) {
    if (row.source() < 0 || row.source() >= dVocab || row.out() < 0 || row.out() >= dVocab) {
      throw new InputException(
          "bigram of source %d and out %d: the model's vocabulary is 0 to %d"
              .formatted(row.source(), row.out(), dVocab - 1));
    }
    if (!(row.p() >= 0 && row.p() <= 1)) {
      throw new InputException(
          "bigram of source %d and out %d: p is %s, expected 0 to 1"
              .formatted(row.source(), row.out(), row.p()));
    }
    probabilities.computeIfAbsent(row.source(), source -> new double[dVocab])[row.out()] += row.p();
  }

  /**
   * The model's distance, for every source that has probabilities, in order.
   *
   * @throws InputException if the probabilities of a source do not sum to 1
   */
  public Iterable<BigramFitRow> fit(String model, long step, BigramTable table) {
    return () ->
        probabilities.entrySet().stream()
            .map(entry -> row(model, step, entry.getKey(), entry.getValue(), table))
            .iterator();
  }

  private static BigramFitRow row(
      String model, long step, int source, double[] p, BigramTable table) {
    Matrix logits = table.logits(source, source + 1);
    double normaliser = BigramTable.logSumExp(logits.row(0));
    double sum = 0;
    double divergence = 0;
    double variation = 0;
    for (int out = 0; out < p.length; out++) {
      double logQ = logits.at(0, out) - normaliser;
      sum += p[out];
      divergence += p[out] == 0 ? 0 : p[out] * (Math.log(p[out]) - logQ);
      variation += Math.abs(p[out] - Math.exp(logQ)) / 2;
    }
    if (Math.abs(sum - 1) > TOLERANCE) {
      throw new InputException(
          "bigrams of source %d: their probabilities sum to %s, expected 1".formatted(source, sum));
    }
    return new BigramFitRow(model, step, source, divergence, variation);
  }
}
