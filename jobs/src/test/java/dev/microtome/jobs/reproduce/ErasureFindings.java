package dev.microtome.jobs.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.probing.ErasureProbeRow;
import dev.microtome.probing.TprGapSummaryRow;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The findings of Belrose et al. (2023) on gender, as far as a small model shows them, on the
 * tables that {@code conf/monosemanticity.conf} has just written. Runs with {@code mvn -Preproduce
 * verify} alone. Beside each threshold stands what was seen with the seeds of the file.
 */
class ErasureFindings {
  static final List<String> HOOKS = ErasedGender.HOOKS;

  private static ErasedGender gender;

  @BeforeAll
  static void readTables() {
    gender = ErasedGender.of(Path.of(System.getProperty("monosemanticity.output")));
  }

  @ParameterizedTest
  @FieldSource("HOOKS")
  void noLinearProbeFindsGenderOnceItIsErased(String hook) {
    ErasureProbeRow before = gender.probe(hook, "none", "logistic");
    ErasureProbeRow after = gender.probe(hook, "leace", "logistic");
    assertThat(before.accuracyLow())
        .isGreaterThan(before.majorityBaseline() + 0.2); // saw 0.49, 0.44 and 0.33 more
    assertThat(after.accuracy()).isCloseTo(after.majorityBaseline(), within(0.03)); // saw 0
    assertThat(after.guessInformation()).isLessThan(0.01);
    assertThat(after.distanceOverOrthogonal()).isLessThan(1); // saw 0.67, 0.50 and 0.29
    ErasureProbeRow inlp = gender.probe(hook, "inlp", "logistic"); // one round, one dimension
    assertThat(inlp.accuracyLow()).isGreaterThan(inlp.majorityBaseline() + 0.1); // saw 0.23
  }

  @Test
  void aNetworkStillFindsIt() {
    ErasureProbeRow network = gender.probe("hook_embed", "leace", "mlp");
    assertThat(network.accuracyLow()).isGreaterThan(network.majorityBaseline() + 0.2); // saw 0.49
  }

  @ParameterizedTest
  @FieldSource("HOOKS")
  void theGapShrinksWithAccuracyNearlyKept(String hook) {
    TprGapSummaryRow before = gender.summary(hook, "none");
    TprGapSummaryRow after = gender.summary(hook, "leace");
    assertThat(before.labelsWithoutGap()).isZero();
    assertThat(after.rmsGap())
        .isLessThan(0.75 * before.rmsGap()); // saw 0.45, 0.41, 0.46; other seeds: 0.59, 0.50, 0.69
    assertThat(after.accuracy()).isGreaterThan(before.accuracy() - 0.05); // saw 0.026 less
    assertThat(before.shareCorrelation()).isGreaterThan(0.7); // saw 0.84 and more
    assertThat(after.shareCorrelation())
        .isLessThan(before.shareCorrelation() - 0.3); // saw 0.48 less, and more
    assertThat(before.conceptAccuracy()).isGreaterThan(0.95); // saw 1
    assertThat(after.conceptAccuracy()).isCloseTo(after.conceptMajorityBaseline(), within(0.03));
  }

  @ParameterizedTest
  @FieldSource("HOOKS")
  void womenAreKnownWhereTheyAreManyAndMenWhereTheyAre(String hook) {
    double few = gender.meanGap(hook, "none", share -> share < 0.25);
    double many = gender.meanGap(hook, "none", share -> share > 0.75);
    assertThat(few).isLessThan(-0.1); // saw -0.27 and less
    assertThat(many).isGreaterThan(0.1); // saw 0.20 and more
    assertThat(gender.meanGap(hook, "leace", share -> share > 0.75))
        .isLessThan(many * 0.6); // saw 0.01; other seeds: 0.51
    assertThat(gender.meanGap(hook, "leace", share -> share < 0.25))
        .isGreaterThan(few / 2); // saw -0.13
  }
}
