package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.linalg.Matrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ContrastExperimentTest {
  private static final ContrastSearch.Settings SHORT =
      new ContrastSearch.Settings(300, 0.01, 0.01, 4);

  private static PairSideRow side(int pair, String side, String label, float... x) {
    return new PairSideRow(
        "h", "p" + pair, side, !label.isEmpty(), label, 10L * pair, side.length(), x);
  }

  private static List<List<PairSideRow>> pairs(PairSideRow... rows) {
    PairSample<PairSideRow> sample = new PairSample<>(1, 1000);
    for (PairSideRow row : rows) {
      sample.add(row.pair(), row);
    }
    return sample.rows();
  }

  /** Two sides of three numbers: what both share, the side, and the truth with opposite signs. */
  private static Pairs drawn(int n, long seed) {
    Random random = new Random(seed);
    List<PairSideRow> rows = new ArrayList<>();
    for (int i = 0; i < n; i++) {
      boolean truth = random.nextInt(3) > 0;
      float shared = (float) (3 * random.nextGaussian());
      float sign = truth ? 2 : -2;
      rows.add(side(i, "yes", truth + "", shared, 5, sign + (float) random.nextGaussian() / 2));
      rows.add(side(i, "no", !truth + "", shared, -5, -sign + (float) random.nextGaussian() / 2));
    }
    return Pairs.of(pairs(rows.toArray(PairSideRow[]::new)), List.of("yes", "no"));
  }

  @Test
  void aPairIsOfItsNamesSidesWhereverTheyStand() {
    Pairs found =
        Pairs.of(
            pairs(
                side(1, "yes", "true", 1, 2),
                side(2, "no", "", 7, 8),
                side(1, "maybe", "true", 0, 0),
                side(2, "yes", "false", 5, 6),
                side(3, "yes", "", 9, 10),
                side(1, "no", "true", 3, 4),
                side(3, "no", "true", 11, 12)),
            List.of("yes", "no"));
    int one = found.names().indexOf("p1");
    int two = found.names().indexOf("p2");
    int three = found.names().indexOf("p3");
    assertThat(found.count()).isEqualTo(3);
    assertThat(found.classes()).containsExactly("false", "true");
    assertThat(found.first().row(one)).containsExactly(1, 2);
    assertThat(found.second().row(one)).containsExactly(3, 4);
    assertThat(found.first().row(two)).containsExactly(5, 6);
    assertThat(found.second().row(two)).containsExactly(7, 8);
    // The label of the side that comes first; the other's is not read.
    assertThat(found.labels()[one]).isEqualTo(1);
    assertThat(found.labels()[two]).isZero();
    assertThat(found.labels()[three]).isEqualTo(-1);
  }

  @Test
  void refusesWhatAreNoPairs() {
    refused(
        "pair 'p1' has no side 'yes' (1 of 2 pairs lack a side)",
        side(1, "no", "", 1),
        side(2, "no", "", 1),
        side(2, "yes", "", 1));
    refused(
        "pair 'p1' has the side 'no' twice: sequence_id 10, position 2 and sequence_id 10, position 2",
        side(1, "no", "", 1),
        side(1, "no", "", 2),
        side(1, "yes", "", 1));
    refused(
        "there are the sides [maybe, no, yes], expected two: sides names those to compare",
        side(1, "no", "", 1),
        side(1, "maybe", "", 2),
        side(1, "yes", "", 1));
    refused(
        "the labels of the sides that come first are [a], expected two classes",
        side(1, "no", "a", 1),
        side(1, "yes", "b", 1),
        side(2, "no", "a", 1),
        side(2, "yes", "b", 1));
    refused(
        "there is one pair, 'p1', expected at least 2: of a single one each side is its own mean",
        side(1, "no", "a", 1),
        side(1, "yes", "b", 1));
    refused(
        "sequence_id 10, position 3: 2 numbers, where other rows have 1",
        side(2, "no", "", 1),
        side(2, "yes", "", 1),
        side(1, "no", "", 1),
        side(1, "yes", "", 1, 2));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pairs.of(pairs(side(1, "no", "", 1)), List.of("a", "b")))
        .withMessage("no pair has the sides [a, b]");
  }

  private static void refused(String message, PairSideRow... rows) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Pairs.of(pairs(rows), List.of()))
        .withMessage(message);
  }

  @Test
  void theSplitIsOfNamesAndKeepsAllPairs() {
    Pairs all = drawn(400, 3);
    SequenceSplit split = new SequenceSplit(5, 0.25, 2);
    Pairs test = all.test(split);
    Pairs train = all.train(split);
    // 100 expected, a standard deviation of 9
    assertThat(test.count()).isBetween(65, 135);
    assertThat(train.count() + test.count()).isEqualTo(400);
    assertThat(test.names()).doesNotContainAnyElementsOf(train.names());
    int where = all.names().indexOf(test.names().get(3));
    assertThat(test.second().row(3)).isEqualTo(all.second().row(where));
    assertThat(test.labels()[3]).isEqualTo(all.labels()[where]);
  }

  @Test
  void theSearchAndTheComponentFindTheTruthWithoutLabels() {
    ContrastExperiment found = ContrastExperiment.run(drawn(120, 1), drawn(200, 2), SHORT, 7);
    for (ContrastExperiment.Found each : List.of(found.search(), found.component())) {
      // Φ(√2 · 2 / ½) of either side's sum is 1 - 1e-8
      assertThat(each.test().accuracy()).isEqualTo(1);
      assertThat(each.test().majority()).isBetween(0.55, 0.8);
      assertThat(each.test().pairs()).isEqualTo(200);
    }
    assertThat(found.tries()).hasSize(4);
    double smallest =
        found.tries().stream().mapToDouble(ContrastExperiment.Try::loss).min().orElseThrow();
    assertThat(found.tries().get(found.kept()).loss()).isEqualTo(smallest);
    assertThat(found.search().loss()).isEqualTo(smallest);
    // A constant loses 0.2 at the least.
    assertThat(smallest).isLessThan(0.1);
    assertThat(found.component().loss()).isNaN();
  }

  /** The first class or the second may be the more frequent one. */
  @Test
  void theMajorityIsThatOfEitherClass() {
    Pairs pairs = drawn(200, 2);
    Pairs exchanged =
        new Pairs(
            pairs.names(),
            pairs.sides(),
            pairs.classes(),
            pairs.first(),
            pairs.second(),
            Arrays.stream(pairs.labels()).map(label -> 1 - label).toArray());
    PairProbe probe = PairProbe.firstComponent(pairs);
    double majority = PairScore.of(probe, pairs).majority();
    assertThat(majority).isGreaterThan(0.5);
    assertThat(PairScore.of(probe, exchanged).majority()).isEqualTo(majority);
    assertThat(PairScore.of(probe, exchanged).accuracy())
        .isCloseTo(1 - PairScore.of(probe, pairs).accuracy(), within(1e-12));
  }

  /** By hand: the differences lie along one axis, and one label of four is wrong. */
  @Test
  void scoresAreWhatTheyAreByHand() {
    Pairs pairs =
        Pairs.of(
            pairs(
                side(1, "a", "t", 1, 4), side(1, "b", "", -1, 4),
                side(2, "a", "f", -1, 4), side(2, "b", "", 1, 4),
                side(3, "a", "t", 1, 2), side(3, "b", "", -1, 2),
                side(4, "a", "t", -1, 2), side(4, "b", "", 1, 2),
                side(5, "a", "", 1, 0), side(5, "b", "", -1, 0)),
            List.of());
    PairProbe probe = PairProbe.firstComponent(pairs).signedBy(pairs);
    assertThat(probe.weights()).containsExactly(new double[] {1, 0}, within(1e-12));
    // The sides' means are 1/5 and -1/5.
    assertThat(probe.offsets()).containsExactly(new double[] {-0.2, 0.2}, within(1e-12));
    PairScore score = PairScore.of(probe, pairs);
    assertThat(score).isEqualTo(new PairScore(4, 0.75, 0.75));
    assertThat(score.eitherSign()).isEqualTo(0.75);
    assertThat(new PairScore(10, 0.2, 0.5).eitherSign()).isEqualTo(0.8);
    // (p + z²/2n ± z·√(p(1 - p)/n + z²/4n²)) / (1 + z²/n), z² = 3.8415
    assertThat(score.interval().low()).isCloseTo(0.300642, within(1e-6));
    assertThat(score.interval().high()).isCloseTo(0.954413, within(1e-6));
  }

  @Test
  void refusesWhatNothingFollowsFrom() {
    Pairs many = drawn(20, 1);
    Pairs one =
        new Pairs(
            List.of("a"),
            List.of("y", "n"),
            List.of("f", "t"),
            Matrix.of(1, 3, 1, 2, 3),
            Matrix.of(1, 3, 1, 2, 3),
            new int[] {1});
    Pairs unlabelled =
        new Pairs(
            one.names(), one.sides(), one.classes(), one.first(), one.second(), new int[] {-1});
    refused(
        "1 pairs to fit to, expected at least 2: of a single one each side is its own mean",
        one,
        many);
    refused(
        "none of 1 pairs held out has a label; more pairs, or another seed, are needed",
        many,
        unlabelled);
    Matrix same = Matrix.of(2, 1, 1, 2);
    Pairs alike =
        new Pairs(
            List.of("a", "b"), List.of("y", "n"), List.of("f", "t"), same, same, new int[] {0, 1});
    refused(
        "the sides of all 2 pairs to fit to differ alike; centred, nothing is left", alike, alike);
  }

  private static void refused(String message, Pairs train, Pairs test) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ContrastExperiment.run(train, test, SHORT, 1))
        .withMessage(message);
  }

  /** Parts that cut pairs hand on what the whole would have kept. */
  @Test
  void samplesOfPartsMakeThatOfTheWhole() {
    PairSample<String> whole = new PairSample<>(9, 5);
    PairSample<String> merged = new PairSample<>(9, 5);
    for (int part = 0; part < 4; part++) {
      PairSample<String> sample = new PairSample<>(9, 5);
      for (int i = part; i < part + 60; i += 2) {
        String pair = "p" + i % 30;
        whole.add(pair, pair + "/" + part + "/" + i);
        sample.add(pair, pair + "/" + part + "/" + i);
      }
      sample.rows().stream()
          .flatMap(List::stream)
          .forEach(row -> merged.add(row.substring(0, row.indexOf('/')), row));
    }
    assertThat(merged.rows()).isEqualTo(whole.rows()).hasSize(5);
    assertThat(whole.rows().get(0)).hasSizeGreaterThan(1);
  }
}
