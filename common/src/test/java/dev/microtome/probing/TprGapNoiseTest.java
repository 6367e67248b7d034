package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TprGapNoiseTest {
  private static final int LABELS = 21;

  /** Rates of two groups, and of how many people they are measured. */
  @SuppressWarnings("ArrayRecordComponent") // of this test alone
  private record Truth(double[] first, double[] second, long[] firstTest, long[] secondTest) {
    /** A gap that follows the share of the first group, and what else differs. */
    static Truth of(SplittableRandom random, int people, double slope, double other) {
      double[] first = new double[LABELS];
      double[] second = new double[LABELS];
      long[] firstTest = new long[LABELS];
      long[] secondTest = new long[LABELS];
      for (int i = 0; i < LABELS; i++) {
        firstTest[i] = Math.round(people * share(i));
        secondTest[i] = people - firstTest[i];
        double gap = slope * (share(i) - 0.5) + other * (random.nextDouble() - 0.5);
        first[i] = 0.6 + gap / 2;
        second[i] = 0.6 - gap / 2;
      }
      return new Truth(first, second, firstTest, secondTest);
    }

    static double share(int label) {
      return 0.1 + 0.8 * label / (LABELS - 1);
    }

    TprGaps measured(SplittableRandom random) {
      List<TprGap> gaps = new ArrayList<>();
      for (int i = 0; i < LABELS; i++) {
        gaps.add(
            gap(
                i,
                firstTest[i],
                right(firstTest[i], first[i], random),
                secondTest[i],
                right(secondTest[i], second[i], random)));
      }
      return new TprGaps(gaps);
    }

    /** Of ever more people: a million each. */
    TprGaps limit() {
      long many = 1_000_000;
      return new TprGaps(
          IntStream.range(0, LABELS)
              .mapToObj(
                  i ->
                      gap(i, many, Math.round(many * first[i]), many, Math.round(many * second[i])))
              .toList());
    }

    private static TprGap gap(int label, long n1, long right1, long n2, long right2) {
      long train = Math.round(1000 * share(label));
      return new TprGap(train, 1000 - train, n1, right1, n2, right2);
    }

    private static long right(long people, double rate, SplittableRandom random) {
      return random.doubles(people).filter(each -> each < rate).count();
    }
  }

  /**
   * Of 200 experiments, whether the RMS is noise or not. The resamples' own quantiles hold it never
   * where most of it is noise.
   */
  @ParameterizedTest
  @CsvSource({"28, 0.4, 0", "28, 0.4, 0.3", "280, 0.6, 0.3", "28, 0.1, 0"})
  void intervalsHoldWhatEverMorePeopleWouldShow(int people, double slope, double other) {
    SplittableRandom random = new SplittableRandom(5);
    int holds = 0;
    for (int i = 0; i < 200; i++) {
      Truth truth = Truth.of(random, people, slope, other);
      TprGapNoise noise = TprGapNoise.of(truth.measured(random), 100, i);
      double limit = truth.limit().rms();
      holds += noise.rmsLow() <= limit && limit <= noise.rmsHigh() ? 1 : 0;
    }
    assertThat(holds)
        .isBetween(176, 198); // 190 with a standard error of 3; saw 181 to 193 with twice the draws
  }

  @Test
  void whereTheGroupsDoNotMatterOneInTwentyLooksAsIfTheyDid() {
    SplittableRandom random = new SplittableRandom(6);
    int repeats = 400;
    int rms = 0;
    int correlations = 0;
    int zero = 0;
    double square = 0;
    double chance = 0;
    for (int i = 0; i < repeats; i++) {
      TprGaps gaps = Truth.of(random, 28, 0, 0).measured(random);
      TprGapNoise noise = TprGapNoise.of(gaps, 99, i);
      rms += noise.rmsP() <= 0.05 ? 1 : 0;
      correlations += noise.correlationP() <= 0.05 ? 1 : 0;
      zero += noise.rmsLow() == 0 ? 1 : 0;
      square += gaps.rms() * gaps.rms() / repeats;
      chance += gaps.rmsByChance() * gaps.rmsByChance() / repeats;
    }
    // 20 with a standard error of 4.4, thrice.
    assertThat(rms).isBetween(7, 34);
    assertThat(correlations).isBetween(7, 34);
    assertThat(zero).isGreaterThan(370); // at least 97.5 % of them; saw 390
    // A standard error of 0.0007: mean squares vary by 30 %, over the root of 400.
    assertThat(square).isCloseTo(chance, within(0.0025)); // 0.049; saw 0.0006
  }

  /** Of Bin(100, ½) the quantiles at 2.5 and 97.5 % are 40 and 60; the second group is certain. */
  @Test
  void theIntervalOfOneLabelByHand() {
    TprGaps one = new TprGaps(List.of(new TprGap(1, 1, 100, 50, 7, 7)));
    TprGapNoise noise = TprGapNoise.of(one, 20_000, 1);
    assertThat(noise.rmsLow()).isCloseTo(Math.sqrt(0.5 - 0.36), within(1e-12));
    assertThat(noise.rmsHigh()).isCloseTo(Math.sqrt(0.5 - 0.16), within(1e-12));
  }

  /** Of four people two are known, both of one group: so are two of the six ways to divide them. */
  @Test
  void chanceOfOneLabelByHand() {
    TprGaps one = new TprGaps(List.of(new TprGap(1, 1, 2, 2, 2, 0)));
    // 20,000 draws: a standard error of 0.0033.
    assertThat(TprGapNoise.of(one, 20_000, 1).rmsP()).isCloseTo(1 / 3.0, within(0.013));
    TprGaps far = new TprGaps(List.of(new TprGap(1, 1, 100, 100, 100, 0)));
    assertThat(TprGapNoise.of(far, 199, 1).rmsP()).isEqualTo(1 / 200.0); // what was measured
    TprGaps three =
        new TprGaps(
            List.of(
                new TprGap(3, 1, 2, 2, 2, 0),
                new TprGap(2, 2, 5, 5, 5, 5),
                new TprGap(1, 3, 2, 0, 2, 2)));
    TprGapNoise noise = TprGapNoise.of(three, 20_000, 1);
    assertThat(noise.rmsP()).isCloseTo(1 / 9.0, within(0.009)); // both at once
    // (1, −1) and (−1, 1) correlate perfectly; (1, 0), (0, −1) and their likes by √3/2.
    assertThat(noise.correlationP()).isCloseTo(1 / 18.0, within(0.007));
  }

  @Test
  void theSameSeedGivesTheSameNumbersAndLabelsWithoutGapsNone() {
    TprGap gap = new TprGap(3, 1, 14, 9, 14, 4);
    TprGap other = new TprGap(1, 3, 14, 7, 20, 14);
    TprGap third = new TprGap(1, 1, 8, 7, 20, 14);
    TprGapNoise noise = TprGapNoise.of(new TprGaps(List.of(gap, other, third)), 150, 3);
    TprGap without = new TprGap(5, 1, 4, 2, 0, 0);
    assertThat(TprGapNoise.of(new TprGaps(List.of(gap, without, other, third)), 150, 3))
        .isEqualTo(noise);
    assertThat(TprGapNoise.of(new TprGaps(List.of(gap, other, third)), 150, 4)).isNotEqualTo(noise);
  }

  @Test
  void nothingIsSaidOfNothing() {
    TprGapNoise none = TprGapNoise.of(new TprGaps(List.of(new TprGap(1, 1, 5, 5, 0, 0))), 100, 0);
    assertThat(none).isEqualTo(new TprGapNoise(Double.NaN, Double.NaN, Double.NaN, Double.NaN));
    TprGapNoise two =
        TprGapNoise.of(
            new TprGaps(List.of(new TprGap(3, 1, 9, 5, 9, 2), new TprGap(1, 3, 9, 2, 9, 5))),
            100,
            0);
    assertThat(two.rmsHigh()).isPositive();
    assertThat(two.correlationP()).isNaN(); // two points lie on a line
    TprGapNoise certain =
        TprGapNoise.of(
            new TprGaps(
                List.of(
                    new TprGap(3, 1, 9, 9, 9, 9),
                    new TprGap(1, 3, 9, 9, 9, 9),
                    new TprGap(2, 3, 9, 9, 9, 9))),
            100,
            0);
    assertThat(certain.rmsLow()).isNaN(); // resamples are all the same, which says nothing
    assertThat(certain.rmsHigh()).isNaN();
    assertThat(certain.rmsP()).isOne();
    assertThat(certain.correlationP()).isNaN();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> TprGapNoise.of(new TprGaps(List.of()), 0, 0))
        .withMessage("0 draws");
  }
}
