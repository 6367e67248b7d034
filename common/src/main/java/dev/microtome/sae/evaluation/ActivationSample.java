package dev.microtome.sae.evaluation;

import dev.microtome.run.InputException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * All features of a dictionary on a sample of tokens, for what needs pairs of features. Immutable.
 *
 * <p>Correlations are Pearson's over all tokens of the sample, those without either feature
 * included.
 */
public final class ActivationSample {
  /** Two features that fire on fewer tokens correlate by chance. */
  static final int FEWEST_FIRES = 5;

  private static final Comparator<FeatureActivationsRow> PLACE =
      Comparator.comparingLong(FeatureActivationsRow::sequenceId)
          .thenComparingInt(FeatureActivationsRow::position);

  /** A token's place. */
  private record Token(long sequenceId, int position) {
    static Token of(FeatureActivationsRow row) {
      return new Token(row.sequenceId(), row.position());
    }
  }

  private final String name;
  private final int size;
  private final List<FeatureActivationsRow> tokens;
  private final int[] fires;
  private final double[] means;
  private final double[] deviations; // sums of squared deviations

  private ActivationSample(String name, int size, List<FeatureActivationsRow> tokens) {
    this.name = name;
    this.size = size;
    this.tokens = tokens;
    fires = new int[size];
    means = new double[size];
    deviations = new double[size];
    for (FeatureActivationsRow token : tokens) {
      for (int i = 0; i < token.features().length; i++) {
        fires[token.features()[i]]++;
        means[token.features()[i]] += (double) token.activations()[i] / tokens.size();
      }
    }
    for (int feature = 0; feature < size; feature++) {
      deviations[feature] = (tokens.size() - fires[feature]) * means[feature] * means[feature];
    }
    for (FeatureActivationsRow token : tokens) {
      for (int i = 0; i < token.features().length; i++) {
        double deviation = token.activations()[i] - means[token.features()[i]];
        deviations[token.features()[i]] += deviation * deviation;
      }
    }
  }

  /** A dictionary's sample, from its rows in any order. */
  public static ActivationSample of(String name, int features, List<FeatureActivationsRow> rows) {
    return new ActivationSample(name, features, rows.stream().sorted(PLACE).toList());
  }

  /** The sample of a dictionary of which no more is known than its rows. */
  public static ActivationSample of(String name, List<FeatureActivationsRow> rows) {
    int features = 0;
    for (FeatureActivationsRow row : rows) {
      for (int feature : row.features()) {
        features = Math.max(features, feature + 1);
      }
    }
    return of(name, features, rows);
  }

  /** Features of the dictionary. */
  public int features() {
    return size;
  }

  public String name() {
    return name;
  }

  /** Tokens of the sample. */
  public int tokens() {
    return tokens.size();
  }

  List<FeatureActivationsRow> rows() {
    return tokens;
  }

  /**
   * The same tokens of both samples.
   *
   * @throws InputException if there are none
   */
  private static List<ActivationSample> common(ActivationSample a, ActivationSample b) {
    Set<Token> ours = new HashSet<>();
    a.tokens.forEach(token -> ours.add(Token.of(token)));
    Set<Token> shared = new HashSet<>();
    b.tokens.forEach(token -> shared.add(Token.of(token)));
    boolean same = ours.equals(shared);
    shared.retainAll(ours);
    if (shared.isEmpty()) {
      throw new InputException(
          "samples of %s and %s: no token is in both; take the same tokens, sample-sequences and seed"
              .formatted(a.name, b.name));
    }
    return same ? List.of(a, b) : List.of(a.only(shared), b.only(shared));
  }

  private ActivationSample only(Set<Token> chosen) {
    return new ActivationSample(
        name, size, tokens.stream().filter(token -> chosen.contains(Token.of(token))).toList());
  }

  /**
   * The features of another dictionary, or of this one, that correlate most with each of some
   * features; positive correlations alone.
   *
   * @param from first feature
   * @param to one past the last
   * @param most of each feature
   */
  List<List<Neighbor>> correlated(int from, int to, ActivationSample other, int most) {
    List<ActivationSample> pair = other == this ? List.of(this, this) : common(this, other);
    ActivationSample a = pair.get(0);
    ActivationSample b = pair.get(1);
    return new Correlations(a, b, from, to).largest(most, other == this);
  }

  /** Products of some features of a with all of b. */
  private static final class Correlations {
    private final ActivationSample a;
    private final ActivationSample b;
    private final int from;
    private final double[][] products; // [to - from][b.size]

    Correlations(ActivationSample a, ActivationSample b, int from, int to) {
      this.a = a;
      this.b = b;
      this.from = from;
      products = new double[to - from][b.size];
      for (int token = 0; token < a.tokens.size(); token++) {
        FeatureActivationsRow ours = a.tokens.get(token);
        FeatureActivationsRow theirs = b.tokens.get(token);
        for (int i = 0; i < ours.features().length; i++) {
          int feature = ours.features()[i];
          if (feature >= from && feature < to) {
            add(products[feature - from], ours.activations()[i], theirs);
          }
        }
      }
    }

    private static void add(double[] sums, double value, FeatureActivationsRow others) {
      int[] features = others.features();
      float[] values = others.activations();
      for (int i = 0; i < features.length; i++) {
        sums[features[i]] += value * values[i];
      }
    }

    List<List<Neighbor>> largest(int most, boolean sameDictionary) {
      List<List<Neighbor>> all = new ArrayList<>();
      for (int row = 0; row < products.length; row++) {
        double[] correlations = new double[b.size];
        for (int other = 0; other < b.size; other++) {
          boolean itself = sameDictionary && other == from + row;
          correlations[other] = itself ? 0 : correlation(row, other);
        }
        all.add(Neighbor.largest(correlations, most));
      }
      return all;
    }

    private double correlation(int row, int other) {
      int feature = from + row;
      double product = products[row][other];
      if (product == 0
          || a.fires[feature] < FEWEST_FIRES
          || b.fires[other] < FEWEST_FIRES
          || !(a.deviations[feature] > 0)
          || !(b.deviations[other] > 0)) {
        return 0;
      }
      double covariance = product - a.tokens.size() * a.means[feature] * b.means[other];
      return covariance / Math.sqrt(a.deviations[feature] * b.deviations[other]);
    }
  }
}
