package dev.microtome.erasure;

import static dev.microtome.linalg.Matrices.assertClose;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.HookPoint;
import dev.microtome.stats.Moments;
import dev.microtome.stats.Seeds;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HookScrubbingTest {
  private static final HookPoint HOOK = HookPoint.parse("blocks.0.hook_resid_pre");
  private static final int WIDTH = 8;

  private static Labelled sample(long seed) {
    return Labelled.gaussians(seed, 300, WIDTH, 3);
  }

  private static Moments moments(Labelled sample) {
    Moments moments = Moments.ofColumns(WIDTH);
    for (int row = 0; row < sample.x().rows(); row++) {
      moments.add(sample.x().row(row));
    }
    return moments;
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void theConceptIsErasedAndAsManyRandomDimensions(long seed) {
    Labelled sample = sample(seed);
    Labelled other = sample(seed + 100);
    HookScrubbing fit =
        HookScrubbing.fit(
            HOOK,
            sample.fitter(),
            List.of(moments(sample), moments(other)),
            EraserSettings.leace(),
            seed);
    Labelled erased = sample.erasedBy(fit.concept().eraser());
    assertClose(erased.fitter().crossCovariance(), Matrix.zeros(WIDTH, 3), 1e-11);
    assertThat(fit.named("mood").keySet()).containsExactly("mood", "random_1", "random_2");
    assertThat(fit.named("mood").values()).allMatch(eraser -> eraser.rank() == 2);

    List<ScrubbedHookRow> rows = fit.rows("mood", HOOK, 4);
    assertThat(rows)
        .extracting(ScrubbedHookRow::variant)
        .containsExactly("scrubbed", "random_1", "random_2");
    assertEffect(rows.get(0), sample, fit.concept().eraser());
    assertEffect(rows.get(1), sample, fit.random().get(0));
    assertEffect(rows.get(2), other, fit.random().get(1));
    assertThat(rows.get(0).largestCorrelation()).isBetween(0.05, 1.0);
  }

  /** Against the activations themselves. */
  private static void assertEffect(ScrubbedHookRow row, Labelled sample, LeaceEraser eraser) {
    Labelled erased = sample.erasedBy(eraser);
    assertThat(row.variance()).isCloseTo(variance(sample), within(1e-9));
    assertThat(row.varianceAfter()).isCloseTo(variance(erased), within(1e-9));
    Matrix moved = erased.x().plus(sample.x().scaled(-1));
    assertThat(row.squaredDistance()).isCloseTo(moved.inner(moved) / moved.rows(), within(1e-9));
    assertThat(row.place()).isEqualTo(4);
    assertThat(row.rows()).isEqualTo(300);
  }

  private static double variance(Labelled sample) {
    return sample.fitter().covariance().trace() * (299 / 300.0);
  }

  @Test
  void throughZeroRandomDimensionsGoThroughZeroToo() {
    Labelled sample = sample(1);
    HookScrubbing fit =
        HookScrubbing.fit(
            HOOK,
            sample.fitter(),
            List.of(moments(sample)),
            EraserSettings.leace().throughZero(),
            1);
    assertThat(fit.random().get(0).bias()).containsOnly(0);
    assertEffect(fit.rows("mood", HOOK, 4).get(1), sample, fit.random().get(0));
  }

  @Test
  void aSubspaceDependsOnSeedNumberAndHookAndNothingElse() {
    LeaceEraser first = random(HOOK, 0, 0);
    assertThat(random(HOOK, 0, 0)).isEqualTo(first);
    assertThat(random(HOOK, 0, 1)).isNotEqualTo(first);
    assertThat(random(HOOK, 1, 0)).isNotEqualTo(first);
    assertThat(random(HookPoint.parse("blocks.1.hook_resid_pre"), 0, 0)).isNotEqualTo(first);
  }

  private static LeaceEraser random(HookPoint hook, long seed, int number) {
    Labelled sample = sample(1);
    return HookScrubbing.fit(
            hook,
            sample.fitter(),
            List.of(moments(sample), moments(sample)),
            EraserSettings.leace(),
            seed)
        .random()
        .get(number);
  }

  /** Behind an eraser float32 leaves correlations of 1e-7, and a relative tolerance all of them. */
  @Test
  void whatAnEraserBelowHasLeftIsNotErasedAgain() {
    Labelled sample = sample(2);
    Labelled erased = sample.erasedBy(sample.fitter().eraser(EraserSettings.leace()));
    Random noise = new Random(5);
    Labelled rounded =
        new Labelled(erased.x().plus(Labelled.random(noise, 300, WIDTH).scaled(1e-7)), erased.z());
    for (EraserSettings settings : List.of(EraserSettings.leace(), EraserSettings.orthogonal())) {
      HookScrubbing fit =
          HookScrubbing.fit(HOOK, rounded.fitter(), List.of(moments(rounded)), settings, 0);
      assertThat(fit.largestCorrelation()).isLessThan(1e-6);
      assertThat(fit.concept().eraser().rank()).isZero();
      assertThat(fit.random().get(0).rank()).isZero();
      assertThat(fit.rows("mood", HOOK, 4).get(0).squaredDistance()).isZero();
    }
    assertThat(rounded.fitter().eraser(EraserSettings.leace()).rank()).isEqualTo(2);
  }

  /** A direction in which activations vary by rounding alone, as behind a layer norm. */
  @Test
  void roundingIsNotWhitenedAndTheConceptErased() {
    Labelled sample = sample(3);
    double[] values = sample.x().toArray();
    Random rounding = new Random(7);
    for (int row = 0; row < 300; row++) {
      values[row * WIDTH + 5] = 3 + 1e-6 * rounding.nextGaussian();
    }
    Labelled flat = new Labelled(Matrix.of(300, WIDTH, values), sample.z());
    LeaceEraser without = flat.fitter().eraser(EraserSettings.leace());
    LeaceEraser with = flat.fitter().eraser(EraserSettings.leace().ofFloat32());
    assertThat(without.right().inner(without.right())).isGreaterThan(1e8);
    assertThat(with.right().inner(with.right())).isLessThan(100);
    assertClose(flat.erasedBy(with).fitter().crossCovariance(), Matrix.zeros(WIDTH, 3), 1e-11);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {0, 1, 2, 3, 4})
  void randomSubspacesAreOrthogonalAndKeepTheirPoint(long seed) {
    double[] bias = {1, 2, 3, 4, 5, 6, 7, 8};
    LeaceEraser eraser = RandomSubspace.eraser(3, bias, seed);
    Matrix gram = eraser.right().timesTranspose(eraser.right());
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        assertThat(gram.at(i, j)).isCloseTo(i == j ? 1 : 0, within(1e-14));
      }
    }
    assertThat(eraser.left()).isEqualTo(eraser.right().transpose());
    Matrix point = Matrix.of(1, WIDTH, bias);
    assertClose(eraser.apply(point), point, 1e-14);
  }

  /** Over many seeds a subspace of r of d dimensions takes r/d of every direction. */
  @Test
  void allSubspacesAreEquallyLikely() {
    double[] values = new double[16];
    Matrix mean = Matrix.of(4, 4, values);
    int seeds = 2000;
    for (int seed = 0; seed < seeds; seed++) {
      LeaceEraser eraser = RandomSubspace.eraser(1, new double[4], Seeds.of(seed, "subspace"));
      mean = mean.plus(eraser.left().times(eraser.right()).scaled(1.0 / seeds));
    }
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 4; j++) {
        // Standard errors are about 0.006.
        assertThat(mean.at(i, j)).isCloseTo(i == j ? 0.25 : 0, within(0.03));
      }
    }
  }

  @Test
  void refusesMoreDimensionsThanThereAre() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> RandomSubspace.eraser(3, new double[2], 0))
        .withMessage("Subspace of 3 of 2 dimensions");
  }
}
