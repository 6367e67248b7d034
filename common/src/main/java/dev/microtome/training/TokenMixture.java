package dev.microtome.training;

import dev.microtome.run.InputException;
import dev.microtome.stats.Seeds;
import java.util.ArrayList;
import java.util.List;

/**
 * Where batches come from: one source, or several, each in a proportion of its own. A batch's rows
 * are drawn independently and with replacement: a source by its weight, one of its sequences, and a
 * window of it if it is longer than the batch is wide. What a row holds is a function of the seed,
 * the step and the row.
 */
public final class TokenMixture {
  private final List<TokenSource> sources;
  private final double[] cumulative;

  private TokenMixture(List<TokenSource> sources, double[] cumulative) {
    this.sources = sources;
    this.cumulative = cumulative;
  }

  /** A mixture of one. */
  public static TokenMixture of(TokenSource source) {
    return builder().add(source, 1).build();
  }

  public static Builder builder() {
    return new Builder();
  }

  /**
   * Checks that batches of that width can be drawn and a model has all their tokens.
   *
   * @throws InputException naming the source and sequence if one is too short, or has a token that
   *     is not of the vocabulary
   */
  public void check(int sequenceLength, int dVocab) {
    for (int s = 0; s < sources.size(); s++) {
      TokenSource source = sources.get(s);
      for (int i = 0; i < source.count(); i++) {
        int length = source.length(i);
        if (length < sequenceLength) {
          throw new InputException(
              "Sequence %d of source %d has %d tokens, sequences of %d are asked for"
                  .formatted(i, s, length, sequenceLength));
        }
        int[] tokens = new int[length];
        source.copy(i, 0, tokens);
        for (int token : tokens) {
          if (token < 0 || token >= dVocab) {
            throw new InputException(
                "Sequence %d of source %d has the token %d, the model's are 0 to %d"
                    .formatted(i, s, token, dVocab - 1));
          }
        }
      }
    }
  }

  /** The batch of a step, a row a sequence. */
  int[][] batch(long seed, long step, int rows, int sequenceLength) {
    int[][] batch = new int[rows][sequenceLength];
    for (int row = 0; row < rows; row++) {
      TokenSource source = sources.get(chosen(Seeds.of(seed, "batch source", step, row)));
      int sequence = below(source.count(), Seeds.of(seed, "batch sequence", step, row));
      int windows = source.length(sequence) - sequenceLength + 1;
      source.copy(sequence, below(windows, Seeds.of(seed, "batch window", step, row)), batch[row]);
    }
    return batch;
  }

  private int chosen(long random) {
    double u = (random >>> 11) * 0x1p-53;
    int chosen = 0;
    while (chosen < cumulative.length - 1 && u >= cumulative[chosen]) {
      chosen++;
    }
    return chosen;
  }

  private static int below(int bound, long random) {
    return (int) Long.remainderUnsigned(random, bound);
  }

  /** Collects sources. */
  public static final class Builder {
    private final List<TokenSource> sources = new ArrayList<>();
    private final List<Double> weights = new ArrayList<>();

    private Builder() {}

    /**
     * Adds a source.
     *
     * @param weight share of rows, relative to the other sources' weights; above 0
     */
    public Builder add(TokenSource source, double weight) {
      if (!(weight > 0 && Double.isFinite(weight))) {
        throw new IllegalArgumentException("weight is " + weight + ", expected a number above 0");
      }
      sources.add(source);
      weights.add(weight);
      return this;
    }

    /**
     * Builds the mixture.
     *
     * @throws IllegalArgumentException if there are no sources
     */
    public TokenMixture build() {
      if (sources.isEmpty()) {
        throw new IllegalArgumentException("no sources");
      }
      double total = weights.stream().mapToDouble(Double::doubleValue).sum();
      double[] cumulative = new double[weights.size()];
      double sum = 0;
      for (int i = 0; i < cumulative.length; i++) {
        sum += weights.get(i);
        cumulative[i] = sum / total;
      }
      return new TokenMixture(List.copyOf(sources), cumulative);
    }
  }
}
