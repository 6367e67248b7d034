package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import dev.microtome.stats.Moments;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Activations with what is said of them: where they come from, and a class or numbers. To be
 * closed.
 */
public final class Examples implements AutoCloseable {
  private final ProbeRows x;
  private final Matrix targets;
  private final long[] sequences;
  private final int[] tokens;

  private Examples(ProbeRows x, Matrix targets, long[] sequences, int[] tokens) {
    this.x = x;
    this.targets = targets;
    this.sequences = sequences;
    this.tokens = tokens;
  }

  /**
   * Examples of one concept.
   *
   * @param rows of one hook point, at least one, all with targets
   * @param from the concept's first target
   * @param count its targets
   * @throws IllegalArgumentException if activations differ in width
   */
  public static Examples of(List<ProbeSampleRow> rows, int from, int count) {
    int d = rows.get(0).activation().length;
    float[] values = new float[Math.multiplyExact(rows.size(), d)];
    double[] targets = new double[rows.size() * count];
    long[] sequences = new long[rows.size()];
    int[] tokens = new int[rows.size()];
    for (int i = 0; i < rows.size(); i++) {
      ProbeSampleRow row = rows.get(i);
      String place = "sequence_id %d, position %d".formatted(row.sequenceId(), row.position());
      if (row.activation().length != d) {
        throw new IllegalArgumentException(
            "%s: %d numbers, where other rows have %d"
                .formatted(place, row.activation().length, d));
      }
      System.arraycopy(row.activation(), 0, values, i * d, d);
      System.arraycopy(row.numbers(), from, targets, i * count, count);
      sequences[i] = row.sequenceId();
      tokens[i] = row.tokenId();
    }
    return new Examples(
        ProbeRows.ofFloats(values, d), Matrix.of(rows.size(), count, targets), sequences, tokens);
  }

  /** Examples of their parts; the activations are closed with them. */
  static Examples of(ProbeRows x, Matrix targets, long[] sequences, int[] tokens) {
    return new Examples(x, targets, sequences, tokens);
  }

  /** The same examples with other activations, which they close. */
  public Examples with(ProbeRows other) {
    return new Examples(other, targets, sequences, tokens);
  }

  /** The same activations, which stay this one's to close, with one of the targets alone. */
  public Examples about(int target) {
    double[] chosen =
        IntStream.range(0, rows()).mapToDouble(row -> targets.at(row, target)).toArray();
    return new Examples(x, Matrix.of(rows(), 1, chosen), sequences, tokens);
  }

  public int rows() {
    return x.rows();
  }

  /** Activations [n, d]. */
  public ProbeRows x() {
    return x;
  }

  /** Their classes: the first target. */
  public int[] labels() {
    return IntStream.range(0, rows()).map(row -> (int) targets.at(row, 0)).toArray();
  }

  /** Rows of each class. */
  public long[] counts(int classes) {
    long[] counts = new long[classes];
    for (int label : labels()) {
      counts[label]++;
    }
    return counts;
  }

  /** Their sequences. */
  public long[] sequences() {
    return sequences.clone();
  }

  /** Their tokens; -1 where they are not known. */
  public int[] tokens() {
    return tokens.clone();
  }

  /** Whether all tokens are known. */
  public boolean hasTokens() {
    return Arrays.stream(tokens).allMatch(token -> token >= 0);
  }

  /** Moments of activations and one-hot classes. */
  public Moments classMoments(int classes) {
    return x.moments(oneHot(classes));
  }

  /** The classes as one-hot rows, [n, C]. */
  public Matrix oneHot(int classes) {
    double[] z = new double[rows() * classes];
    int[] labels = labels();
    for (int row = 0; row < labels.length; row++) {
      z[row * classes + labels[row]] = 1;
    }
    return Matrix.of(labels.length, classes, z);
  }

  /** Moments of activations and numbers of chosen rows. */
  Moments moments(int[] rows) {
    double[] chosen = new double[rows.length * targets.columns()];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(targets.row(rows[i]), 0, chosen, i * targets.columns(), targets.columns());
    }
    try (ProbeRows selected = x.select(rows)) {
      return selected.moments(Matrix.of(rows.length, targets.columns(), chosen));
    }
  }

  /** Moments of activations and numbers. */
  Moments moments() {
    return x.moments(targets);
  }

  @Override
  public void close() {
    x.close();
  }
}
