package dev.microtome.erasure;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.model.HookPoint;
import dev.microtome.model.Intervention;
import dev.microtome.model.Values;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * x ↦ x − L·R·(x − b): what remains of activations without a concept. L is [d, rank], R [rank, d],
 * and R·L the identity, so that a second time changes nothing. Immutable.
 */
public final class LeaceEraser {
  private final FactoredMatrix removed;
  private final double[] bias;

  /**
   * An eraser of these factors.
   *
   * @param removed L·R [d, d]
   * @param bias b [d]: a point that stays where it is
   * @throws IllegalArgumentException if the sizes do not match
   */
  public LeaceEraser(FactoredMatrix removed, double[] bias) {
    if (removed.left().rows() != bias.length || removed.right().columns() != bias.length) {
      throw new IllegalArgumentException(
          "Eraser of %d × %d with a bias of %d"
              .formatted(removed.left().rows(), removed.right().columns(), bias.length));
    }
    this.removed = removed;
    this.bias = bias.clone();
  }

  /** d: numbers of an activation. */
  public int dimensions() {
    return bias.length;
  }

  /** Directions erased, at most the columns of z. */
  public int rank() {
    return removed.inner();
  }

  /** L [d, rank]. */
  public Matrix left() {
    return removed.left();
  }

  /** R [rank, d]. */
  public Matrix right() {
    return removed.right();
  }

  /** A copy of b [d]; zeros if the eraser is not affine. */
  public double[] bias() {
    return bias.clone();
  }

  /** P = I − L·R, [d, d]. */
  public Matrix projection() {
    double[] values = removed.product().scaled(-1).toArray();
    for (int i = 0; i < bias.length; i++) {
      values[i * bias.length + i] += 1;
    }
    return Matrix.of(bias.length, bias.length, values);
  }

  /**
   * Erases the concept from rows [n, d].
   *
   * @throws IllegalArgumentException if the rows have another width
   */
  public Matrix apply(Matrix x) {
    requireWidth(x.columns());
    double[] centred = x.toArray();
    for (int i = 0; i < centred.length; i++) {
      centred[i] -= bias[i % bias.length];
    }
    Matrix coordinates = Matrix.of(x.rows(), x.columns(), centred).timesTranspose(right());
    return x.plus(coordinates.timesTranspose(left()).scaled(-1));
  }

  /** Erases the concept from one activation, computing in float64. */
  public float[] apply(float[] x) {
    return apply(List.of(x)).get(0);
  }

  /**
   * The same of many at once.
   *
   * @throws IllegalArgumentException if one has another width
   */
  public List<float[]> apply(List<float[]> rows) {
    double[] values = new double[Math.multiplyExact(rows.size(), bias.length)];
    for (int row = 0; row < rows.size(); row++) {
      float[] x = rows.get(row);
      requireWidth(x.length);
      for (int i = 0; i < x.length; i++) {
        values[row * bias.length + i] = x[i];
      }
    }
    double[] erased = apply(Matrix.of(rows.size(), bias.length, values)).toArray();
    List<float[]> result = new ArrayList<>();
    for (int row = 0; row < rows.size(); row++) {
      result.add(floats(Arrays.copyOfRange(erased, row * bias.length, (row + 1) * bias.length)));
    }
    return result;
  }

  /** The same in a model's pass, at every position of a hook point. */
  public Intervention intervention(HookPoint hook) {
    return Intervention.erase(
        hook,
        Values.of(floats(left().toArray()), dimensions(), rank()),
        Values.of(floats(right().toArray()), rank(), dimensions()),
        Values.of(floats(bias)));
  }

  private static float[] floats(double[] values) {
    float[] result = new float[values.length];
    for (int i = 0; i < result.length; i++) {
      result[i] = (float) values[i];
    }
    return result;
  }

  private void requireWidth(int width) {
    if (width != bias.length) {
      throw new IllegalArgumentException(
          "Activations of %d numbers for an eraser of %d".formatted(width, bias.length));
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof LeaceEraser eraser
        && left().equals(eraser.left())
        && right().equals(eraser.right())
        && Arrays.equals(bias, eraser.bias);
  }

  @Override
  public int hashCode() {
    return 31 * (31 * left().hashCode() + right().hashCode()) + Arrays.hashCode(bias);
  }

  @Override
  public String toString() {
    return "LeaceEraser[%d of %d dimensions]".formatted(rank(), dimensions());
  }
}
