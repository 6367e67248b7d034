package dev.microtome.probing;

import dev.microtome.linalg.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * Activations in pairs that say a thing and its opposite, such as a statement and its negation.
 *
 * @param names of the pairs
 * @param sides what the first and the second activation of a pair are
 * @param classes the two labels that there are; none if no pair has one
 * @param first [n, d]
 * @param second [n, d]
 * @param labels of each pair its class, -1 of none
 */
@SuppressWarnings("ArrayRecordComponent") // copied on the way in and out
public record Pairs(
    List<String> names,
    List<String> sides,
    List<String> classes,
    Matrix first,
    Matrix second,
    int[] labels) {
  public Pairs {
    names = List.copyOf(names);
    sides = List.copyOf(sides);
    classes = List.copyOf(classes);
    labels = labels.clone();
  }

  /**
   * Puts the sides of pairs together.
   *
   * @param rows of each pair, of one hook point
   * @param sides the two, the first first, rows of others left out; empty: those that there are, in
   *     the order of their names
   * @throws IllegalArgumentException if there are not two sides or two pairs, a pair has one side
   *     or one side twice, or the labels are not of two classes
   */
  public static Pairs of(List<List<PairSideRow>> rows, List<String> sides) {
    List<String> both = sides.isEmpty() ? sidesOf(rows) : sides;
    List<PairSideRow> first = new ArrayList<>();
    List<PairSideRow> second = new ArrayList<>();
    List<String> incomplete = new ArrayList<>();
    for (List<PairSideRow> pair : rows) {
      PairSideRow one = side(pair, both.get(0));
      PairSideRow other = side(pair, both.get(1));
      if (one != null && other != null) {
        first.add(one);
        second.add(other);
      } else if (one != null || other != null) {
        incomplete.add(
            "'%s' has no side '%s'".formatted(pair.get(0).pair(), both.get(one == null ? 0 : 1)));
      }
    }
    if (!incomplete.isEmpty()) {
      throw new IllegalArgumentException(
          "pair %s (%,d of %,d pairs lack a side)"
              .formatted(incomplete.get(0), incomplete.size(), incomplete.size() + first.size()));
    }
    if (first.isEmpty()) {
      throw new IllegalArgumentException("no pair has the sides %s".formatted(both));
    }
    if (first.size() == 1) {
      throw new IllegalArgumentException(
          "there is one pair, '%s', expected at least 2: of a single one each side is its own mean"
              .formatted(first.get(0).pair()));
    }
    List<String> classes = classes(first);
    int d = first.get(0).activation().length;
    return new Pairs(
        first.stream().map(PairSideRow::pair).toList(),
        both,
        classes,
        matrix(first, d),
        matrix(second, d),
        first.stream()
            .mapToInt(row -> row.labelled() ? classes.indexOf(row.label()) : -1)
            .toArray());
  }

  private static List<String> sidesOf(List<List<PairSideRow>> rows) {
    TreeSet<String> found = new TreeSet<>();
    rows.forEach(pair -> pair.forEach(row -> found.add(row.side())));
    if (found.size() != 2) {
      throw new IllegalArgumentException(
          "there are the sides %s, expected two: sides names those to compare".formatted(found));
    }
    return List.copyOf(found);
  }

  private static PairSideRow side(List<PairSideRow> pair, String side) {
    PairSideRow found = null;
    for (PairSideRow row : pair) {
      if (row.side().equals(side)) {
        if (found != null) {
          throw new IllegalArgumentException(
              "pair '%s' has the side '%s' twice: %s and %s"
                  .formatted(row.pair(), side, found.place(), row.place()));
        }
        found = row;
      }
    }
    return found;
  }

  private static List<String> classes(List<PairSideRow> first) {
    TreeSet<String> found = new TreeSet<>();
    first.stream().filter(PairSideRow::labelled).forEach(row -> found.add(row.label()));
    if (found.size() == 1 || found.size() > 2) {
      throw new IllegalArgumentException(
          "the labels of the sides that come first are %s, expected two classes".formatted(found));
    }
    return List.copyOf(found);
  }

  private static Matrix matrix(List<PairSideRow> rows, int d) {
    double[] values = new double[Math.multiplyExact(rows.size(), d)];
    for (int i = 0; i < rows.size(); i++) {
      float[] activation = rows.get(i).activation();
      if (activation.length != d) {
        throw new IllegalArgumentException(
            "%s: %d numbers, where other rows have %d"
                .formatted(rows.get(i).place(), activation.length, d));
      }
      for (int j = 0; j < d; j++) {
        values[i * d + j] = activation[j];
      }
    }
    return Matrix.of(rows.size(), d, values);
  }

  /** A copy of the labels. */
  @Override
  public int[] labels() {
    return labels.clone();
  }

  /** n. */
  public int count() {
    return names.size();
  }

  /** The pairs that a split holds out, by the hash of their names. */
  public Pairs test(SequenceSplit split) {
    return select(split, true);
  }

  /** The others. */
  public Pairs train(SequenceSplit split) {
    return select(split, false);
  }

  private Pairs select(SequenceSplit split, boolean test) {
    int[] chosen =
        IntStream.range(0, count())
            .filter(i -> split.isTest(PairSample.hash(split.seed(), names.get(i))) == test)
            .toArray();
    return new Pairs(
        Arrays.stream(chosen).mapToObj(names::get).toList(),
        sides,
        classes,
        select(first, chosen),
        select(second, chosen),
        Arrays.stream(chosen).map(i -> labels[i]).toArray());
  }

  private static Matrix select(Matrix from, int[] rows) {
    double[] values = new double[rows.length * from.columns()];
    for (int i = 0; i < rows.length; i++) {
      System.arraycopy(from.row(rows[i]), 0, values, i * from.columns(), from.columns());
    }
    return Matrix.of(rows.length, from.columns(), values);
  }
}
