package dev.microtome.erasure;

import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * How the labels of a concept become the numbers z: each column of labels is one-hot over its
 * classes or a number itself, one after the other.
 *
 * @param concept name of the concept
 */
public record ConceptTargets(String concept, List<LabelColumn> columns) implements Serializable {
  public ConceptTargets {
    columns = List.copyOf(columns);
  }

  /**
   * A column of labels.
   *
   * @param classes in the order of z; empty of a column of numbers
   */
  public record LabelColumn(String name, List<String> classes) implements Serializable {
    public LabelColumn {
      classes = List.copyOf(classes);
    }

    /** Whether its values are numbers. */
    public boolean isReal() {
      return classes.isEmpty();
    }

    /** Numbers of z. */
    public int width() {
      return isReal() ? 1 : classes.size();
    }
  }

  /** k: numbers of z. */
  public int width() {
    return columns.stream().mapToInt(LabelColumn::width).sum();
  }

  /** What each number of z says, such as {@code female}, or {@code gender=female} of several. */
  public List<String> names() {
    List<String> names = new ArrayList<>();
    for (LabelColumn column : columns) {
      if (column.isReal()) {
        names.add(column.name());
      }
      for (String value : column.classes()) {
        names.add(columns.size() == 1 ? value : column.name() + "=" + value);
      }
    }
    return names;
  }

  /** A map from labels to z. */
  public Encoder encoder() {
    return new Encoder(this);
  }

  /** Turns labels into z; of one task. */
  public static final class Encoder {
    private final ConceptTargets targets;
    private final List<Map<String, Integer>> places = new ArrayList<>();

    private Encoder(ConceptTargets targets) {
      this.targets = targets;
      for (LabelColumn column : targets.columns()) {
        Map<String, Integer> place = new HashMap<>();
        for (String value : column.classes()) {
          place.put(value, place.size());
        }
        places.add(place);
      }
    }

    /**
     * z [k] of a label.
     *
     * @param values as text, a value for each column
     * @throws IllegalArgumentException if they are not as many as there are columns, or one is no
     *     known class, or no finite number
     */
    public double[] targets(List<String> values) {
      if (values.size() != targets.columns().size()) {
        throw new IllegalArgumentException(
            "the label is of %d columns, expected %s"
                .formatted(
                    values.size(), targets.columns().stream().map(LabelColumn::name).toList()));
      }
      double[] z = new double[targets.width()];
      int at = 0;
      for (int i = 0; i < values.size(); i++) {
        LabelColumn column = targets.columns().get(i);
        if (column.isReal()) {
          z[at] = number(values.get(i));
        } else {
          Integer place = places.get(i).get(values.get(i));
          if (place == null) {
            throw new IllegalArgumentException(
                "value '%s' is none of the %d classes".formatted(values.get(i), column.width()));
          }
          z[at + place] = 1;
        }
        at += column.width();
      }
      return z;
    }

    private static double number(String value) {
      double number;
      try {
        number = Double.parseDouble(value);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("value '%s' is not a number".formatted(value), e);
      }
      if (!Double.isFinite(number)) {
        throw new IllegalArgumentException("value '%s' is not finite".formatted(value));
      }
      return number;
    }
  }
}
