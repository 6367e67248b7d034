package dev.microtome.sae.training;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An optimiser at work on rows: each kind of sum it carries along has the shape of the parameters.
 * Different rows may be stepped by different threads at once.
 */
abstract class RowRule {
  private final List<String> kinds;
  private final List<Map<Parameter, float[][]>> sums = new ArrayList<>();

  RowRule(String... kinds) {
    this.kinds = List.of(kinds);
    this.kinds.forEach(kind -> sums.add(new EnumMap<>(Parameter.class)));
  }

  /** Makes room for the sums of a parameter. */
  final void add(Parameter parameter, float[][] rows) {
    for (Map<Parameter, float[][]> kind : sums) {
      float[][] sum = new float[rows.length][];
      for (int i = 0; i < rows.length; i++) {
        sum[i] = first(rows[i]);
      }
      kind.put(parameter, sum);
    }
  }

  /** A sum before the first step. */
  abstract float[] first(float[] row);

  /** Begins the next step. */
  abstract void begin(double learningRate);

  /** Steps a row; the gradient may be overwritten. */
  abstract void step(Parameter parameter, int row, float[] weights, float[] gradient);

  /** Steps a row whose gradient is 0. */
  abstract void coast(Parameter parameter, int row, float[] weights);

  /**
   * Sets a row's weights from outside.
   *
   * @param weights changed in place
   */
  void move(Parameter parameter, int row, float[] weights, float[] to) {
    System.arraycopy(to, 0, weights, 0, to.length);
  }

  /**
   * Forgets what it knows of a part of a row, from one place to another.
   *
   * @param weights of the whole row, as they are now
   */
  final void forget(Parameter parameter, int row, float[] weights, int from, int to) {
    float[] part = first(Arrays.copyOfRange(weights, from, to));
    for (int kind = 0; kind < sums.size(); kind++) {
      System.arraycopy(part, 0, sum(kind, parameter, row), from, part.length);
    }
  }

  final float[] sum(int kind, Parameter parameter, int row) {
    return sums.get(kind).get(parameter)[row];
  }

  /** The sums by {@code kind.parameter}: not copies. */
  final Map<String, float[][]> sums() {
    Map<String, float[][]> named = new LinkedHashMap<>();
    for (int kind = 0; kind < sums.size(); kind++) {
      String prefix = kinds.get(kind) + ".";
      sums.get(kind).forEach((parameter, rows) -> named.put(prefix + parameter, rows));
    }
    return named;
  }

  /** The numbers that change with the steps, to be stored. */
  abstract double[] counters();

  /** Takes up a run at stored numbers. */
  abstract void resume(double[] counters);
}
