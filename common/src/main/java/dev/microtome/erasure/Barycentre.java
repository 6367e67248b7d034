package dev.microtome.erasure;

import dev.microtome.linalg.Cholesky;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.PseudoInverse;
import dev.microtome.linalg.Svd;
import dev.microtome.linalg.SymmetricEigen;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Supplier;
import java.util.stream.IntStream;

/**
 * The maps from Gaussians to their barycentre in Wasserstein space, by its fixed point
 * (Álvarez-Esteban et al. 2016), in terms of a factor F of the barycentre F·Fᵀ instead of itself:
 * with Sᵢ = (Fᵀ·Σᵢ·F)^½, F ← Σᵢ wᵢ·Σᵢ·F·Sᵢ⁻¹, which needs no root of the barycentre, and maps Tᵢ =
 * F·Sᵢ⁻¹·Fᵀ.
 *
 * <p>Where Σᵢ = L·Lᵀ has all its rank, a step takes the singular values Lᵀ·F = U·Λ·Vᵀ: Sᵢ = V·Λ·Vᵀ
 * and Σᵢ·F·Sᵢ⁻¹ = L·U·Vᵀ. Eigenvalues of FᵀΣᵢF, which are the squares of Λ, would leave no digit of
 * the smallest ones, and F would lose their directions; they serve where Σᵢ is singular.
 *
 * <p>Whatever F is, Tᵢ·Σᵢ·Tᵢ = F·Fᵀ of all classes: that they become one does not wait for the
 * iteration. What does is how far activations move, which is least at the end of it and so off by
 * the square of what F is off.
 *
 * <p>Steps are mixed as Anderson (1965) does: of the last few the combination whose changes cancel
 * best, which takes about half of them. Each F is a factor of some covariance, so that no
 * combination leads astray; where one changes more than the one before, what it was made of is
 * forgotten.
 */
final class Barycentre {
  private static final int MAX_STEPS = 1000;

  /** Earlier steps in a combination: each is two matrices, and more gain little. */
  private static final int MIXED = 3;

  /** Change of F, relative to it, at which the iteration ends. */
  private static final double CONVERGED = 1e-10;

  /**
   * At which it ends once a step as it is makes it no smaller: where covariances are
   * ill-conditioned, rounding changes F by more than that. 1e-9 seen of a condition number of 4e7.
   */
  private static final double ROUNDING = 1e-6;

  /** Share of the largest variance below which that of a singular covariance is rounding. */
  private static final double NO_VARIANCE = 1e-12;

  private final List<Matrix> covariances;
  private final double[] weights;

  /** L of each; empty of one that is singular. */
  private final List<Optional<Matrix>> lowers;

  private Barycentre(List<Matrix> covariances, double[] weights) {
    this.covariances = covariances;
    this.weights = weights;
    lowers =
        covariances.stream()
            .map(each -> PairTransports.wellConditioned(each).map(Cholesky::lower))
            .toList();
  }

  /**
   * The maps of all classes.
   *
   * @param covariances Σᵢ [d, d]
   * @param weights wᵢ, of sum 1
   * @throws ArithmeticException if the iteration does not converge, or would lose directions of a
   *     singular covariance to rounding
   */
  static List<Matrix> transports(List<Matrix> covariances, double[] weights) {
    return new Barycentre(covariances, weights).transports();
  }

  /**
   * A step.
   *
   * @param next what F becomes
   * @param change next − F
   */
  private record Step(Matrix next, Matrix change) {}

  private List<Matrix> transports() {
    Matrix factor = factor();
    Deque<Step> steps = new ArrayDeque<>();
    double last = Double.POSITIVE_INFINITY;
    boolean plain = true;
    for (int i = 0; i < MAX_STEPS; i++) {
      List<Supplier<Matrix>> halves = new ArrayList<>();
      Step step = step(factor, halves);
      double change = step.change().frobeniusNorm();
      boolean grows = change >= last;
      double relative = change / factor.frobeniusNorm();
      if (!(relative
          > (grows && plain ? ROUNDING : CONVERGED))) { // 0 / 0 of classes without spread
        return ends(factor, halves);
      }
      if (grows) {
        steps.clear();
      }
      last = change;
      plain = steps.isEmpty();
      factor = mixed(step, steps);
      steps.addFirst(step);
      if (steps.size() > MIXED) {
        steps.removeLast();
      }
    }
    throw new ArithmeticException(
        "Barycentre of %d covariances did not converge in %d iterations"
            .formatted(covariances.size(), MAX_STEPS));
  }

  /** F of the mean of the covariances. */
  private Matrix factor() {
    Matrix mean = weighted(covariances);
    return Cholesky.of(mean)
        .map(Cholesky::lower)
        .orElseGet(() -> scaled(SymmetricEigen.of(mean), Math::sqrt).transpose());
  }

  /**
   * One step.
   *
   * @param halves takes Λ^(−½)·Vᵀ of each class
   */
  private Step step(Matrix factor, List<Supplier<Matrix>> halves) {
    List<Matrix> moved = new ArrayList<>();
    for (int i = 0; i < covariances.size(); i++) {
      Optional<Matrix> lower = lowers.get(i);
      if (lower.isPresent()) {
        Svd svd = Svd.of(lower.get().transposeTimes(factor));
        halves.add(() -> roots(svd));
        moved.add(lower.get().times(svd.left()).times(svd.right()));
      } else {
        Matrix product = covariances.get(i).times(factor);
        Matrix ofFactor = factor.transposeTimes(product);
        SymmetricEigen eigen = SymmetricEigen.of(ofFactor.plus(ofFactor.transpose()).scaled(0.5));
        requireDirections(covariances.get(i), eigen);
        halves.add(() -> scaled(eigen, value -> Math.pow(value, -0.25)));
        moved.add(
            product.times(
                eigen.vectors().transposeTimes(scaled(eigen, value -> 1 / Math.sqrt(value)))));
      }
    }
    Matrix next = weighted(moved);
    return new Step(next, next.plus(factor.scaled(-1)));
  }

  /** Requires that FᵀΣᵢF has as many directions as Σᵢ. */
  private static void requireDirections(Matrix covariance, SymmetricEigen ofFactor) {
    SymmetricEigen eigen = SymmetricEigen.of(covariance);
    long wanted = above(eigen, eigen.value(0) * NO_VARIANCE);
    long left = above(ofFactor, floor(ofFactor));
    if (left < wanted) {
      throw new ArithmeticException(
          "a singular covariance has %d directions of variance, of which rounding leaves %d: its condition number without the others is too large for the maps of three and more classes"
              .formatted(wanted, left));
    }
  }

  private static long above(SymmetricEigen eigen, double limit) {
    return IntStream.range(0, eigen.count()).filter(i -> eigen.value(i) > limit).count();
  }

  /** The maps F·Sᵢ⁻¹·Fᵀ. */
  private static List<Matrix> ends(Matrix factor, List<Supplier<Matrix>> halves) {
    List<Matrix> maps = new ArrayList<>();
    for (Supplier<Matrix> rows : halves) {
      Matrix half = factor.timesTranspose(rows.get());
      maps.add(half.timesTranspose(half));
    }
    return maps;
  }

  /** The combination, with weights of sum 1, of what steps lead to whose changes sum to least. */
  private static Matrix mixed(Step step, Deque<Step> earlier) {
    List<Step> others = new ArrayList<>();
    List<Matrix> differences = new ArrayList<>(); // of changes, in units of their norms
    List<Double> norms = new ArrayList<>();
    for (Step other : earlier) {
      Matrix difference = step.change().plus(other.change().scaled(-1));
      double norm = difference.frobeniusNorm();
      if (norm > 0) {
        others.add(other);
        differences.add(difference.scaled(1 / norm));
        norms.add(norm);
      }
    }
    int n = others.size();
    double[] products = new double[n * n];
    double[] right = new double[n];
    for (int i = 0; i < n; i++) {
      right[i] = differences.get(i).inner(step.change());
      for (int j = 0; j < n; j++) {
        products[i * n + j] = differences.get(i).inner(differences.get(j));
      }
    }
    Matrix shares = PseudoInverse.times(Matrix.of(n, n, products), Matrix.of(n, 1, right));
    double rest = 1;
    Matrix result = Matrix.zeros(step.next().rows(), step.next().columns());
    for (int i = 0; i < n; i++) {
      double share = shares.at(i, 0) / norms.get(i);
      result = result.plus(others.get(i).next().scaled(share));
      rest -= share;
    }
    return result.plus(step.next().scaled(rest));
  }

  /** f(Λ)·Vᵀ over the eigenvalues above rounding. */
  private static Matrix scaled(SymmetricEigen eigen, DoubleUnaryOperator function) {
    int n = eigen.count();
    double floor = floor(eigen);
    double[] rows = eigen.vectors().toArray();
    for (int i = 0; i < rows.length; i++) {
      double value = eigen.value(i / n);
      rows[i] *= value > floor ? function.applyAsDouble(value) : 0;
    }
    return Matrix.of(n, n, rows);
  }

  private static double floor(SymmetricEigen eigen) {
    return eigen.value(0) * eigen.count() * Math.ulp(1.0);
  }

  /** Λ^(−½)·Vᵀ. */
  private static Matrix roots(Svd svd) {
    int n = svd.count();
    double[] rows = svd.right().toArray();
    for (int i = 0; i < rows.length; i++) {
      double value = svd.value(i / n);
      rows[i] *= value > svd.value(0) * n * Math.ulp(1.0) ? 1 / Math.sqrt(value) : 0;
    }
    return Matrix.of(n, n, rows);
  }

  private Matrix weighted(List<Matrix> matrices) {
    Matrix sum = matrices.get(0).scaled(weights[0]);
    for (int i = 1; i < weights.length; i++) {
      sum = sum.plus(matrices.get(i).scaled(weights[i]));
    }
    return sum;
  }
}
