package dev.microtome.erasure;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;
import static org.assertj.core.api.Assertions.withinPercentage;

import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.linalg.Matrix;
import dev.microtome.linalg.Svd;
import dev.microtome.model.load.SafetensorsWriter;
import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class LeaceLawsTest {
  private static final EraserSettings LEACE = EraserSettings.leace();

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  private static Labelled sample(long seed) {
    return Labelled.gaussians(seed, 300, 8, 3);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void erasedActivationsCarryNoLinearTraceOfTheConcept(long seed) {
    Labelled sample = sample(seed);
    assertThat(sample.largestProbeWeight()).isGreaterThan(0.01); // there is something to erase
    for (EraserSettings settings :
        new EraserSettings[] {
          LEACE, LEACE.shrunk(), LEACE.throughZero(), EraserSettings.orthogonal()
        }) {
      LeaceFit fit = sample.fitter().fit(settings);
      Labelled erased = sample.erasedBy(fit.eraser());

      // Rounding of float64 sums over 300 rows
      assertClose(erased.fitter().crossCovariance(), Matrix.zeros(8, 3), 1e-11);
      assertThat(fit.crossCovarianceAfter()).isLessThan(1e-11);
      assertThat(fit.crossCovarianceBefore()).isGreaterThan(0.01);
      assertThat(erased.largestProbeWeight()).isLessThan(1e-10);
      assertClassMeansAreEqual(erased);
      assertThat(fit.eraser().rank()).isEqualTo(2); // three classes lie in a plane
    }
  }

  private static void assertClassMeansAreEqual(Labelled labelled) {
    Matrix sums = labelled.z().transposeTimes(labelled.x());
    double[] mean = labelled.fitter().meanX();
    for (int c = 0; c < labelled.z().columns(); c++) {
      double count = labelled.fitter().meanZ()[c] * labelled.x().rows();
      for (int i = 0; i < mean.length; i++) {
        assertThat(sums.at(c, i) / count).isCloseTo(mean[i], within(1e-10));
      }
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aSecondTimeChangesNothingAndTheMeanStays(long seed) {
    Labelled sample = sample(seed);
    for (EraserSettings settings :
        new EraserSettings[] {LEACE, LEACE.shrunk(), EraserSettings.orthogonal()}) {
      LeaceEraser eraser = sample.fitter().eraser(settings);
      Labelled once = sample.erasedBy(eraser);
      assertClose(once.erasedBy(eraser).x(), once.x(), 1e-11);
      assertThat(once.fitter().meanX()).containsExactly(sample.fitter().meanX(), within(1e-11));
    }
    LeaceEraser linear = sample.fitter().eraser(LEACE.throughZero());
    assertThat(linear.bias()).containsOnly(0);
    assertClose(linear.apply(Matrix.zeros(1, 8)), Matrix.zeros(1, 8), 0);
  }

  /** Any other projection that erases the same moves activations further. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void noOtherMapThatErasesMovesLess(long seed) {
    Labelled sample = sample(seed);
    LeaceFit fit = sample.fitter().fit(LEACE);
    double distance = squaredDistance(sample, fit.eraser());
    assertThat(fit.effect().squaredDistance()).isCloseTo(distance, within(1e-10 * distance));
    LeaceEraser orthogonal = sample.fitter().eraser(EraserSettings.orthogonal());
    double further = squaredDistance(sample, orthogonal);
    assertThat(fit.orthogonalSquaredDistance()).isCloseTo(further, within(1e-10 * further));
    assertThat(distance).isLessThan(further);
    assertThat(distance)
        .isLessThan(squaredDistance(sample, sample.fitter().eraser(LEACE.shrunk())));
    Random random = new Random(seed);
    for (int other = 0; other < 20; other++) {
      // R + N with N·L = 0 erases as well.
      Matrix left = fit.eraser().left();
      Matrix any = Labelled.random(random, left.columns(), 8).scaled(0.01);
      Matrix right =
          fit.eraser()
              .right()
              .plus(any.plus(any.times(left).times(fit.eraser().right()).scaled(-1)));
      LeaceEraser eraser = new LeaceEraser(new FactoredMatrix(left, right), fit.eraser().bias());
      assertClose(sample.erasedBy(eraser).fitter().crossCovariance(), Matrix.zeros(8, 3), 1e-10);
      assertThat(squaredDistance(sample, eraser)).isGreaterThan(distance);
    }
  }

  private static double squaredDistance(Labelled sample, LeaceEraser eraser) {
    Matrix moved = sample.x().plus(eraser.apply(sample.x()).scaled(-1));
    return moved.inner(moved) / sample.x().rows();
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void partsMergeToTheWhole(long seed) {
    Labelled sample = sample(seed);
    LeaceFitter merged = LeaceFitter.of(8, 3);
    Random random = new Random(seed);
    int from = 0;
    while (from < 300) {
      int to = Math.min(300, from + 1 + random.nextInt(120));
      LeaceFitter part = LeaceFitter.of(8, 3);
      part.add(sample.x().rows(from, to), sample.z().rows(from, to));
      merged.merge(part);
      from = to;
    }
    // Condition numbers up to 1e4
    assertClose(
        merged.eraser(LEACE).projection(), sample.fitter().eraser(LEACE).projection(), 1e-9);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void bothWaysOfWhiteningGiveOneProjection(long seed) {
    Labelled sample = sample(seed);
    Matrix covariance = sample.fitter().covariance();
    Matrix cross = sample.fitter().crossCovariance();
    Matrix[] removed = new Matrix[2];
    Whitening[] ways = {Whitening.of(covariance, 0), Whitening.byEigenvectors(covariance, 0)};
    for (int way = 0; way < 2; way++) {
      Svd svd = Svd.of(ways[way].whiten(cross));
      Matrix u = svd.left().transpose().rows(0, 2).transpose();
      removed[way] = ways[way].unwhiten(u).timesTranspose(ways[way].whitenTransposed(u));
      assertThat(ways[way].rank()).isEqualTo(8);
    }
    assertClose(removed[0], removed[1], 1e-10);
    assertThat(ways[0].conditionNumber())
        .isCloseTo(ways[1].conditionNumber(), withinPercentage(1e-6));
  }

  /** Of fewer rows than dimensions; a ridge makes up for the directions that they lack. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void bothWaysOfDrowningRoundingGiveOneProjection(long seed) {
    LeaceFitter few = Labelled.gaussians(seed, 7, 12, 3).fitter();
    Matrix covariance = few.covariance();
    Whitening[] ways = {Whitening.of(covariance, 1e-4), Whitening.byEigenvectors(covariance, 1e-4)};
    Matrix[] removed = new Matrix[2];
    for (int way = 0; way < 2; way++) {
      Matrix u = Svd.of(ways[way].whiten(few.crossCovariance())).left().transpose().rows(0, 1);
      removed[way] =
          ways[way]
              .unwhiten(u.transpose())
              .timesTranspose(ways[way].whitenTransposed(u.transpose()));
    }
    assertClose(removed[0], removed[1], 1e-8); // of a condition number of 1e5
    assertThat(ways[0].rank()).isEqualTo(ways[1].rank()).isLessThan(12);
    assertThat(ways[0].conditionNumber())
        .isCloseTo(ways[1].conditionNumber(), withinPercentage(1e-6));
    assertThat(ways[0].droppedVariance()).isCloseTo(ways[1].droppedVariance(), within(1e-12));
  }

  /** Fewer rows than dimensions, a constant and a doubled column. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void aCovarianceThatLacksRankIsErasedInWhatVaries(long seed) {
    Labelled few = Labelled.gaussians(seed, 7, 12, 2);
    double[] x = few.x().toArray();
    for (int row = 0; row < 7; row++) {
      x[row * 12] = 0.1;
      x[row * 12 + 1] = x[row * 12 + 2];
    }
    Labelled sample = new Labelled(Matrix.of(7, 12, x), few.z());
    if (sample.fitter().targetCovariance().trace() == 0) {
      return; // all of one class
    }
    LeaceFit fit = sample.fitter().fit(LEACE);
    assertThat(fit.covarianceRank()).isEqualTo(6);
    assertThat(fit.hasFewRows()).isTrue();
    assertThat(fit.droppedVarianceShare()).isLessThan(1e-12);
    assertThat(fit.crossCovarianceAfter()).isLessThan(1e-10);
    assertThat(fit.eraser().rank()).isEqualTo(1);
    LeaceFit shrunk = sample.fitter().fit(LEACE.shrunk());
    assertThat(shrunk.covarianceRank()).isEqualTo(12);
    assertThat(shrunk.shrinkageWeight()).isBetween(0.0, 0.999);
    assertThat(shrunk.crossCovarianceAfter()).isLessThan(1e-10);
  }

  /** A direction that float32's rounding alone fills, as behind a layer norm. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void roundingIsToldFromVarianceAndDrowned(long seed) {
    Labelled sample = sample(seed);
    double[] values = sample.x().toArray();
    Random rounding = new Random(seed);
    for (int row = 0; row < 300; row++) {
      values[row * 8 + 5] = 3 + 1e-6 * rounding.nextGaussian();
    }
    LeaceFitter flat = new Labelled(Matrix.of(300, 8, values), sample.z()).fitter();
    LeaceFit without = flat.fit(LEACE);
    assertThat(without.covarianceRank()).isEqualTo(8);
    assertThat(without.conditionNumber()).isGreaterThan(1e11);
    LeaceFit with = flat.fit(LEACE.ofFloat32());
    assertThat(with.covarianceRank()).isEqualTo(7);
    assertThat(with.conditionNumber()).isLessThan(1e6);
    // Variance 1e-12 of some 10 to 1000
    assertThat(with.droppedVarianceShare()).isBetween(1e-16, 1e-12);
    assertThat(with.crossCovarianceAfter()).isLessThan(1e-11);
    assertThat(with.eraser().rank()).isEqualTo(2);
    // Where nothing is rounding, nothing changes.
    assertThat(sample.fitter().fit(LEACE.ofFloat32())).isEqualTo(sample.fitter().fit(LEACE));
  }

  /** Also where few rows make the shrunk covariance another than the sample's. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void theTotalVarianceNeverGrows(long seed) {
    Labelled sample = Labelled.gaussians(seed, 12, 10, 3);
    double before = sample.fitter().covariance().trace();
    for (EraserSettings settings :
        new EraserSettings[] {LEACE, LEACE.shrunk(), EraserSettings.orthogonal()}) {
      LeaceEraser eraser = sample.fitter().eraser(settings);
      assertThat(sample.erasedBy(eraser).fitter().covariance().trace()).isLessThan(before);
    }
  }

  @Test
  void aFileKeepsEveryBit(@TempDir Path folder) throws IOException {
    LeaceEraser gender = sample(1).fitter().eraser(LEACE);
    EraserFile erasers =
        new EraserFile("blocks.0.hook_mlp_out", Map.of("gender", gender, "a b", gender));
    Path file = folder.resolve("erasers.safetensors");
    erasers.write(file);
    assertThat(EraserFile.read(file)).isEqualTo(erasers);
    float[] x = {1, 2, 3, 4, 5, 6, 7, 8};
    assertThat(gender.apply(gender.apply(x))).containsExactly(gender.apply(x), within(1e-5f));

    new SafetensorsWriter().floats("w", 1).write(file, out -> out.floats(1));
    assertThatExceptionOfType(InputException.class)
        .isThrownBy(() -> EraserFile.read(file))
        .withMessageContaining("is no file of erasers: expected the metadata 'hook'");
  }

  @Test
  void refusesWhatHasNothingToErase() {
    LeaceFitter fitter = LeaceFitter.of(2, 1);
    fitter.add(new float[] {1, 2}, 5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fitter.fit(LEACE))
        .withMessage("Covariance of 1 rows: at least 2 are needed");
    fitter.add(new float[] {3, 4}, 5);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fitter.fit(LEACE))
        .withMessage("No target varies over 2 rows: there is nothing to erase");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fitter.add(Matrix.zeros(10, 2), Matrix.zeros(9, 1)))
        .withMessage("9 label rows for 10 activation rows");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> fitter.add(new float[2], 1, 2))
        .withMessage("2 targets, expected 1");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SingularValueTolerance.relative(1))
        .withMessage("Singular value tolerance 1.0 (must be at least 0 and below 1)");
  }

  /**
   * Two rows of a covariance that is nearly a multiple of the identity: the formula gives −40,000.
   */
  @Test
  void aShrunkCovarianceStaysPositiveDefinite() {
    Matrix sample = Matrix.of(2, 2, new double[] {1, 0, 0, 1.01});
    Shrinkage shrinkage = Shrinkage.of(sample, 2);
    assertThat(shrinkage.weight()).isZero();
    assertThat(Shrinkage.of(sample, 1_000_000).weight()).isBetween(0.9, 1.0);
  }

  /** A target in a unit a billion times larger is one like the other: both directions go. */
  @Test
  void unitsOfTargetsDoNotCount() {
    Random random = new Random(5);
    LeaceFitter fitter = LeaceFitter.of(4, 2);
    for (int row = 0; row < 500; row++) {
      double[] x = random.doubles(4, -1, 1).toArray();
      fitter.add(x, x[0], 1e-9 * x[1]);
    }
    assertThat(fitter.eraser(LEACE).rank()).isEqualTo(2);
  }
}
