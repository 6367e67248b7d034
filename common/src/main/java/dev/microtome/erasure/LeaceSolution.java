package dev.microtome.erasure;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.Svd;
import java.util.ArrayList;
import java.util.List;

/**
 * From covariances to an eraser. With F whitening Σxx and u the left singular vectors of F·Σxz
 * whose values count, P = I − F⁺·u·uᵀ·F: nothing but the d × rank factors of it is ever made.
 *
 * @param sample Σxx over n − 1
 * @param cross Σxz over n − 1
 * @param scales factors of Σxz's columns, for its singular values to be compared
 */
@SuppressWarnings("ArrayRecordComponent") // a call's arguments, kept by nobody
record LeaceSolution(
    long rows,
    double[] mean,
    Matrix sample,
    Matrix cross,
    double[] scales,
    EraserSettings settings) {

  /** L and R of a projection I − L·R, and whence they come. */
  private record Directions(
      Matrix left,
      Matrix right,
      List<Double> singularValues,
      double covarianceRank,
      double conditionNumber,
      double droppedVariance) {}

  LeaceFit fit() {
    Shrinkage shrinkage = new Shrinkage(1);
    Matrix used = sample;
    if (settings.shrinkage()) {
      Matrix biased = sample.scaled((rows - 1.0) / rows);
      shrinkage = Shrinkage.of(biased, rows);
      used = shrinkage.apply(biased);
    }
    Directions directions =
        settings.method() == EraserMethod.LEACE ? oblique(used) : orthogonal(columnsScaled(cross));
    FactoredMatrix removed = new FactoredMatrix(directions.left(), directions.right());
    if (settings.traceConstraint()) {
      removed = TraceConstraint.of(removed, used);
    }
    Matrix left = removed.left();
    Matrix right = removed.right();
    Matrix basis = Svd.of(left).left();
    double[] bias = settings.affine() ? mean : new double[mean.length];
    LeaceEraser eraser = new LeaceEraser(removed, bias);
    LeaceEraser orthogonal = new LeaceEraser(new FactoredMatrix(basis, basis.transpose()), bias);
    Matrix overRows = sample.scaled((rows - 1.0) / rows);
    Matrix after = cross.plus(left.times(right.times(cross)).scaled(-1));
    ErasureEffect effect = ErasureEffect.of(eraser, mean, overRows);
    return new LeaceFit(
        eraser,
        rows,
        directions.covarianceRank(),
        directions.conditionNumber(),
        directions.droppedVariance() / used.trace(),
        shrinkage.weight(),
        directions.singularValues(),
        largest(cross),
        largest(after),
        effect,
        ErasureEffect.of(orthogonal, mean, overRows).squaredDistance());
  }

  private Directions oblique(Matrix covariance) {
    Whitening whitening = Whitening.of(covariance, settings.ridge() * covariance.trace());
    Directions whitened = orthogonal(whitening.whiten(columnsScaled(cross)));
    return new Directions(
        whitening.unwhiten(whitened.left()),
        whitening.whitenTransposed(whitened.left()).transpose(),
        whitened.singularValues(),
        whitening.rank(),
        whitening.conditionNumber(),
        whitening.droppedVariance());
  }

  private Directions orthogonal(Matrix target) {
    Svd svd = Svd.of(target);
    List<Double> values = new ArrayList<>();
    for (int i = 0; i < svd.count(); i++) {
      values.add(svd.value(i));
    }
    double floor = settings.tolerance().floor(svd.count() == 0 ? 0 : svd.value(0));
    int rank = (int) values.stream().filter(value -> value > floor).count();
    Matrix right = svd.left().transpose().rows(0, rank);
    return new Directions(right.transpose(), right, values, Double.NaN, Double.NaN, 0);
  }

  private Matrix columnsScaled(Matrix matrix) {
    double[] values = matrix.toArray();
    for (int i = 0; i < values.length; i++) {
      values[i] *= scales[i % scales.length];
    }
    return Matrix.of(matrix.rows(), matrix.columns(), values);
  }

  /** Largest modulus of an entry. */
  static double largest(Matrix matrix) {
    double largest = 0;
    for (double value : matrix.toArray()) {
      largest = Math.max(largest, Math.abs(value));
    }
    return largest;
  }
}
