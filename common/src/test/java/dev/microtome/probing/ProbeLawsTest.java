package dev.microtome.probing;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.Torch;
import dev.microtome.stats.Moments;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProbeLawsTest {
  @BeforeAll
  static void oneThread() {
    Torch.threads(1);
  }

  static LongStream seeds() {
    return LongStream.range(0, 20);
  }

  /** Columns that vary from a thousandth to a thousand, far from 0. */
  private static Matrix uneven(Random random, int rows, int columns) {
    double[] values = new double[rows * columns];
    for (int i = 0; i < values.length; i++) {
      double unit = Math.pow(10, 6.0 * (i % columns) / columns - 3);
      values[i] = unit * (random.nextGaussian() + 20);
    }
    return Matrix.of(rows, columns, values);
  }

  /** The gradient of the objective, written down anew, is 0 where the fit ends. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void logisticRegressionsEndWhereTheGradientIsZero(long seed) {
    Random random = new Random(seed);
    int n = 120;
    int classes = 2 + (int) (seed % 4);
    Matrix x = uneven(random, n, 6);
    int[] labels = random.ints(n, 0, classes).toArray();
    double c = Math.pow(10, random.nextInt(5) - 3);
    try (ProbeRows rows = ProbeRows.of(x)) {
      LogisticFitter.Fit fit = new LogisticFitter(rows, labels, classes).fit(c);
      assertThat(fit.converged()).isTrue();
      assertThat(fit.iterations()).isLessThan(60);
      LogisticProbe probe = fit.probe();
      Matrix logs = probe.logProbabilities(rows);
      double[] residuals = new double[n * probe.weights().rows()];
      int outputs = probe.weights().rows();
      for (int i = 0; i < n; i++) {
        for (int k = 0; k < outputs; k++) {
          int label = outputs == 1 ? 1 : k;
          residuals[i * outputs + k] =
              c * (Math.exp(logs.at(i, label)) - (labels[i] == label ? 1 : 0));
        }
      }
      Matrix r = Matrix.of(n, outputs, residuals);
      double[] sums = r.transposeTimes(ones(n)).toArray();
      // A billionth of the gradient at the start, in columns of size 10⁴, and as much rounding.
      assertThat(sums).containsExactly(new double[outputs], within(c * n * 1e-7));
      double[] gradient = probe.weights().plus(r.transposeTimes(x)).toArray();
      for (int i = 0; i < gradient.length; i++) {
        double unit = 20 * Math.pow(10, 6.0 * (i % 6) / 6 - 3);
        assertThat(gradient[i] / (c * n * unit)).isCloseTo(0, within(1e-7));
      }
    }
  }

  private static Matrix ones(int n) {
    double[] values = new double[n];
    Arrays.fill(values, 1);
    return Matrix.of(n, 1, values);
  }

  @Test
  void aClassWithoutRowsIsNeverGiven() {
    Random random = new Random(1);
    try (ProbeRows x = ProbeRows.of(uneven(random, 60, 3))) {
      int[] labels = IntStream.range(0, 60).map(i -> i % 3 == 0 ? 3 : 1).toArray();
      LogisticProbe four = new LogisticFitter(x, labels, 4).fit(1).probe();
      assertThat(four.intercepts()[0]).isEqualTo(Double.NEGATIVE_INFINITY);
      assertThat(four.predict(x)).doesNotContain(0, 2);
      int[] renamed = IntStream.of(labels).map(label -> label == 3 ? 1 : 0).toArray();
      LogisticProbe two = new LogisticFitter(x, renamed, 2).fit(1).probe();
      Matrix logs = two.logProbabilities(x);
      for (int row = 0; row < 60; row++) {
        assertThat(four.logProbabilities(x).at(row, 1)).isCloseTo(logs.at(row, 0), within(1e-9));
      }
      LogisticProbe one = new LogisticFitter(x, new int[60], 2).fit(1).probe();
      assertThat(one.predict(x)).containsOnly(0);
      assertThat(one.logProbabilities(x).at(0, 0)).isZero();
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void samplesOfPartsMergeToTheSampleOfTheWhole(long seed) {
    Random random = new Random(seed);
    RowSample<Integer> whole = new RowSample<>(seed, 40);
    RowSample<Integer> merged = new RowSample<>(seed, 40);
    RowSample<Integer> part = new RowSample<>(seed, 40);
    for (int i = 0; i < 300; i++) {
      whole.add(i / 7, i % 7, i);
      part.add(i / 7, i % 7, i);
      if (random.nextInt(50) == 0) {
        merged.merge(part);
        part = new RowSample<>(seed, 40);
      }
    }
    part.merge(merged);
    assertThat(part.rows()).isEqualTo(whole.rows()).hasSize(40).isSorted();
    assertThat(part.seen()).isEqualTo(300);
    // Each row is as likely as any other: of 20 seeds' 800 places about 400 are in each half.
    assertThat(whole.rows().stream().filter(i -> i < 150).count()).isBetween(8L, 32L);
  }

  /** Three times the share that the sample of the whole is of the rows: nothing of it is lost. */
  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void partsThatKeepTheSmallestHashesMergeToTheSameSample(long seed) {
    RowSample<Integer> whole = new RowSample<>(seed, 100);
    RowSample<Integer> merged = new RowSample<>(seed, 100);
    int kept = 0;
    for (int part = 0; part < 20; part++) {
      RowSample<Integer> few = new RowSample<>(seed, 100, 0.3);
      for (int i = 50 * part; i < 50 * part + 50; i++) {
        whole.add(i / 7, i % 7, i);
        few.add(i / 7, i % 7, i);
      }
      kept += few.rows().size();
      merged.merge(few);
    }
    assertThat(kept).isBetween(230, 370); // 300 ± 4.8 standard deviations
    assertThat(merged.rows()).isEqualTo(whole.rows()).hasSize(100);
    assertThat(merged.seen()).isEqualTo(1000);
  }

  @Test
  void splitsKeepSequencesWholeAndTheirShares() {
    SequenceSplit split = new SequenceSplit(3, 0.25, 4);
    long test = LongStream.range(0, 10_000).filter(split::isTest).count();
    assertThat(test).isBetween(2300L, 2700L); // 2,500 ± 4.6 standard deviations
    int[] folds = split.folds(LongStream.range(0, 10_000).toArray());
    for (int fold = 0; fold < 4; fold++) {
      int which = fold;
      assertThat(IntStream.of(folds).filter(each -> each == which).count()).isBetween(2300L, 2700L);
    }
    assertThat(split.isTest(17)).isEqualTo(new SequenceSplit(3, 0.25, 4).isTest(17));
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void regressionsSolveTheNormalEquationsAndScoreByMoments(long seed) {
    Random random = new Random(seed);
    Matrix x = uneven(random, 200, 5);
    Matrix y = noisy(random, x);
    List<Moments> folds = new ArrayList<>();
    for (int fold = 0; fold < 4; fold++) {
      try (ProbeRows rows = ProbeRows.of(x.rows(50 * fold, 50 * fold + 50))) {
        folds.add(rows.moments(y.rows(50 * fold, 50 * fold + 50)));
      }
    }
    Moments train = RidgeRegression.merged(folds, 3);
    RidgeRegression fit = RidgeRegression.path(train, 5, List.of(1e-3)).get(0);
    Matrix scatter = train.scatter(0, 5, 0, 5);
    Matrix left =
        scatter.times(fit.weights()).plus(fit.weights().scaled(1e-3 * scatter.trace() / 5));
    Matrix right = train.scatter(0, 5, 5, 7);
    assertClose(
        left.scaled(1 / right.frobeniusNorm()), right.scaled(1 / right.frobeniusNorm()), 1e-9);

    Matrix test = x.rows(150, 200);
    Matrix predicted = test.times(fit.weights());
    for (int k = 0; k < 2; k++) {
      double error = 0;
      double square = 0;
      double mean = 0;
      for (int i = 0; i < 50; i++) {
        mean += y.at(150 + i, k) / 50;
      }
      for (int i = 0; i < 50; i++) {
        error += Math.pow(y.at(150 + i, k) - predicted.at(i, k) - fit.intercepts()[k], 2);
        square += Math.pow(y.at(150 + i, k) - mean, 2);
      }
      assertThat(fit.r2(folds.get(3))[k]).isCloseTo(1 - error / square, within(1e-8));
    }
    List<RidgeRegression.Candidate> ridges =
        RidgeRegression.crossValidated(folds, 5, List.of(100.0, 1e-9));
    assertThat(RidgeRegression.best(ridges)).isEqualTo(1e-9);
    // The first target is all but explained, the second one mostly noise; saw down to 0.39.
    assertThat(ridges.get(1).unexplained()).isBetween(0.3, 0.6);
    assertThat(ridges.get(0).unexplained()).isBetween(0.8, 1.1);
  }

  private static Matrix noisy(Random random, Matrix x) {
    double[] y = new double[2 * x.rows()];
    for (int i = 0; i < x.rows(); i++) {
      y[2 * i] = x.at(i, 0) * 1000 - x.at(i, 2) + random.nextGaussian() / 10;
      y[2 * i + 1] = 5 + x.at(i, 4) / 100 + random.nextGaussian();
    }
    return Matrix.of(x.rows(), 2, y);
  }

  /** What is right only where one of two columns is positive. */
  @Test
  void aNetworkReadsWhatNoLinearProbeCan() {
    Random random = new Random(5);
    double[] values = new double[4 * 1500];
    int[] labels = new int[1500];
    for (int i = 0; i < labels.length; i++) {
      for (int j = 0; j < 4; j++) {
        values[4 * i + j] = random.nextGaussian() * (j == 0 ? 1000 : 1);
      }
      labels[i] = values[4 * i] * values[4 * i + 1] > 0 ? 1 : 0;
    }
    Matrix x = Matrix.of(1500, 4, values);
    long[] sequences = LongStream.range(0, 500).toArray();
    int[] test = Arrays.copyOfRange(labels, 1000, 1500);
    try (ProbeRows train = ProbeRows.of(x.rows(0, 800));
        ProbeRows stop = ProbeRows.of(x.rows(800, 1000));
        ProbeRows held = ProbeRows.of(x.rows(1000, 1500))) {
      int[] known = Arrays.copyOf(labels, 800);
      long[] counts = {400, 400};
      MlpProbe network =
          MlpProbe.fit(
              train, known, stop, Arrays.copyOfRange(labels, 800, 1000), 2, MlpSettings.DEFAULT, 1);
      ProbeScore score = ProbeScore.of(network, held, test, sequences, counts);
      assertThat(score.accuracy()).isGreaterThan(0.95);
      LogisticProbe linear = new LogisticFitter(train, known, 2).fit(1).probe();
      assertThat(ProbeScore.of(linear, held, test, sequences, counts).accuracy()).isLessThan(0.6);
      MlpProbe again =
          MlpProbe.fit(
              train, known, stop, Arrays.copyOfRange(labels, 800, 1000), 2, MlpSettings.DEFAULT, 1);
      assertThat(again.logProbabilities(held)).isEqualTo(network.logProbabilities(held));
    }
  }

  /** A thing on each side of two pairs' difference, and noise: found without labels. */
  @Test
  void contrastConsistentSearchFindsWhatPairsDisagreeOn() {
    Random random = new Random(2);
    int n = 200;
    double[] first = new double[n * 6];
    double[] second = new double[n * 6];
    int[] labels = random.ints(n, 0, 2).toArray();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < 6; j++) {
        double shared = random.nextGaussian();
        first[6 * i + j] = shared + (j == 3 ? 2 * labels[i] - 1 : 0) * 1.5;
        second[6 * i + j] = shared - (j == 3 ? 2 * labels[i] - 1 : 0) * 1.5 + 7;
      }
    }
    Matrix one = Matrix.of(n, 6, first);
    Matrix other = Matrix.of(n, 6, second);
    try (ContrastSearch search = new ContrastSearch(one, other)) {
      ContrastSearch.Direction found = search.search(ContrastSearch.Settings.PAPER, 1);
      assertThat(found.accuracy(one, other, labels)).isGreaterThan(0.9);
      assertThat(found.loss()).isLessThan(0.2);
    }
    assertThat(Math.abs(ContrastSearch.firstComponent(one, other)[3])).isGreaterThan(0.99);
  }

  /** Two classes along one direction, of which another column has a share. */
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2})
  void theAdversaryRemovesWhatALinearProbeReads(long seed) {
    Random random = new Random(seed);
    int n = 400;
    double[] values = new double[n * 5];
    int[] labels = random.ints(n, 0, 2).toArray();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < 5; j++) {
        values[5 * i + j] = random.nextGaussian() + 3 * (j == 1 ? labels[i] : 0) + 4;
      }
      values[5 * i + 2] += values[5 * i + 1] / 2;
    }
    try (ProbeRows x = ProbeRows.of(Matrix.of(n, 5, values))) {
      AdversarialProjection.Found found =
          AdversarialProjection.play(x, labels, 2, AdversarialProjection.Settings.ofRank(1), seed);
      long ones = IntStream.of(labels).sum();
      double baseline = entropy((double) ones / n);
      double before = new LogisticFitter(x, labels, 2).fit(1).objective() / n;
      assertThat(before).isLessThan(0.3);
      assertThat(found.objective() / n).isBetween(baseline - 0.03, baseline);
      assertClose(found.basis().timesTranspose(found.basis()), Matrix.of(1, 1, 1), 1e-12);
    }
  }

  private static double entropy(double p) {
    return -p * Math.log(p) - (1 - p) * Math.log(1 - p);
  }

  @Test
  void controlLabelsAreOfTokensAndHaveTheClassesShares() {
    int[] tokens = IntStream.range(0, 20_000).map(i -> i % 10_000).toArray();
    int[] labels = ControlLabels.of(tokens, new long[] {30, 0, 70}, 1);
    assertThat(Arrays.copyOf(labels, 10_000)).isEqualTo(Arrays.copyOfRange(labels, 10_000, 20_000));
    assertThat(labels).doesNotContain(1);
    assertThat(IntStream.of(labels).filter(i -> i == 2).count() / 20_000.0).isBetween(0.68, 0.72);
  }

  @Test
  void choosesTheRidgeThatPredictsOtherFolds() {
    Random random = new Random(3);
    double[] values = new double[90 * 40];
    int[] labels = new int[90];
    int[] folds = new int[90];
    for (int i = 0; i < 90; i++) {
      folds[i] = i % 3;
      for (int j = 0; j < 40; j++) {
        values[40 * i + j] = random.nextGaussian();
      }
      labels[i] = values[40 * i] + random.nextGaussian() > 0 ? 1 : 0;
    }
    try (ProbeRows x = ProbeRows.of(Matrix.of(90, 40, values))) {
      RidgePath path = RidgePath.of(x, labels, 2, folds, List.of(1e3, 0.01, 1e-6));
      assertThat(path.best().c()).isEqualTo(0.01);
      assertThat(path.candidates()).hasSize(3);
      assertThat(path.candidates().get(0).crossEntropy()).isGreaterThan(1);
      assertThatIllegalArgumentException()
          .isThrownBy(() -> RidgePath.of(x, labels, 2, new int[90], List.of(1.0, 2.0)))
          .withMessage("All 90 rows are in one fold: cross-validation needs two");
    }
  }

  @Test
  void refusesWhatDoesNotFit() {
    try (ProbeRows x = ProbeRows.of(Matrix.zeros(4, 3))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new LogisticFitter(x, new int[3], 2))
          .withMessage("3 labels for 4 activation rows");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new LogisticFitter(x, new int[] {0, 1, 2, 0}, 2))
          .withMessage("Class 2 of 2 classes");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new LogisticFitter(x, new int[4], 2).fit(0))
          .withMessage("c is 0.0, expected a number above 0");
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ProbeRows.ofFloats(new float[7], 3))
        .withMessage("7 numbers for rows of 3");
  }
}
