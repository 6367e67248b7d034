package dev.microtome.linalg;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.bytedeco.javacpp.DoublePointer;

/**
 * The largest eigenvalues of A = L·Lᵀ [n, n] and of its inverse by Lanczos iteration, each step of
 * 2·n² multiplications where all eigenvalues take 4/3·n³. The triangle is copied out of the heap
 * once, for a call with an array copies it each time.
 */
final class ExtremeEigenvalues implements AutoCloseable {
  private static final int FEWEST_STEPS = 16;
  private static final int MOST_STEPS = 64;

  /** Numbers that all steps read of a triangle: of a wide one the steps are fewer. */
  private static final long READ = 1L << 28;

  /** Of the first step's length: what is left is rounding, all eigenvalues are found. */
  private static final double NOTHING = 1e-13;

  private final int n;
  private final DoublePointer lower;
  private final DoublePointer vector;

  /**
   * Copies a triangle.
   *
   * @param lower L [n, n], row-major
   */
  ExtremeEigenvalues(double[] lower, int n) {
    this.n = n;
    this.lower = new DoublePointer((long) n * n);
    this.lower.put(lower, 0, lower.length);
    vector = new DoublePointer((long) n);
  }

  /** λmax/λmin, from below: those of a Krylov space lie between them. */
  double ratio() {
    return largest(this::multiply) * largest(this::solve);
  }

  private interface Map {
    void apply();
  }

  /** A·v in place of v. */
  private void multiply() {
    Blas.multiplyLower(lower, n, /* transposed= */ true, vector);
    Blas.multiplyLower(lower, n, /* transposed= */ false, vector);
  }

  /** A⁻¹·v in place of v. */
  private void solve() {
    Blas.solveLower(lower, n, /* transposed= */ false, vector);
    Blas.solveLower(lower, n, /* transposed= */ true, vector);
  }

  /** The largest eigenvalue of a map, all steps made orthogonal to each other. */
  private double largest(Map map) {
    long affordable = READ / ((long) n * n);
    int steps = (int) Math.min(n, Math.max(FEWEST_STEPS, Math.min(MOST_STEPS, affordable)));
    List<double[]> basis = new ArrayList<>();
    double[] diagonal = new double[steps];
    double[] beside = new double[steps];
    double[] next = new Random(n).doubles(n, -1, 1).toArray();
    scale(next, 1 / Math.sqrt(inner(next, next)));
    int made = 0;
    while (made < steps) {
      basis.add(next);
      vector.put(next, 0, n);
      map.apply();
      double[] image = new double[n];
      vector.get(image, 0, n);
      diagonal[made] = inner(image, next);
      for (int pass = 0; pass < 2; pass++) {
        for (double[] each : basis) {
          subtract(image, each, inner(image, each));
        }
      }
      beside[made] = Math.sqrt(inner(image, image));
      made++;
      if (beside[made - 1] <= NOTHING * diagonal[0]) {
        break;
      }
      scale(image, 1 / beside[made - 1]);
      next = image;
    }
    double[] tridiagonal = new double[made * made];
    for (int i = 0; i < made; i++) {
      tridiagonal[i * made + i] = diagonal[i];
      if (i + 1 < made) {
        tridiagonal[i * made + i + 1] = beside[i];
        tridiagonal[(i + 1) * made + i] = beside[i];
      }
    }
    return SymmetricEigen.values(Matrix.of(made, made, tridiagonal))[0];
  }

  private static double inner(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  private static void subtract(double[] from, double[] direction, double length) {
    for (int i = 0; i < from.length; i++) {
      from[i] -= length * direction[i];
    }
  }

  private static void scale(double[] a, double factor) {
    for (int i = 0; i < a.length; i++) {
      a[i] *= factor;
    }
  }

  @Override
  public void close() {
    lower.close();
    vector.close();
  }
}
