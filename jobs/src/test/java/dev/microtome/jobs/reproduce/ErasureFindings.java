package dev.microtome.jobs.reproduce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.probing.ErasureProbeRow;
import dev.microtome.probing.TprGapRow;
import dev.microtome.probing.TprGapSummaryRow;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;

/**
 * The findings of Belrose et al. (2023) on gender, as far as a small model shows them, on the tables
 * that {@code conf/monosemanticity.conf} has just written. Runs with {@code mvn -Preproduce verify}
 * alone. Beside each threshold stands what was seen with the seeds of the file.
 */
class ErasureFindings {
  private static final List<String> HOOKS = ErasedGender.HOOKS;

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
    assertThat(before.accuracyLow()).isGreaterThan(before.majorityBaseline() + 0.3);
    assertThat(after.accuracy()).isCloseTo(after.majorityBaseline(), within(0.03));
    assertThat(after.guessInformation()).isLessThan(0.01);
    assertThat(after.distanceOverOrthogonal()).isLessThan(1);
  }

  @Test
  void aNetworkStillFindsIt() {
    ErasureProbeRow network = gender.probe("hook_embed", "leace", "mlp");
    assertThat(network.accuracyLow()).isGreaterThan(network.majorityBaseline() + 0.2);
  }

  @ParameterizedTest
  @FieldSource("HOOKS")
  void theGapShrinksWithAccuracyNearlyKept(String hook) {
    TprGapSummaryRow before = gender.summary(hook, "none");
    TprGapSummaryRow after = gender.summary(hook, "leace");
    assertThat(before.labelsWithoutGap()).isZero();
    assertThat(after.rmsGap()).isLessThan(0.6 * before.rmsGap());
    assertThat(after.accuracy()).isGreaterThan(before.accuracy() - 0.05);
    assertThat(before.shareCorrelation()).isGreaterThan(0.7);
    assertThat(after.shareCorrelation()).isLessThan(before.shareCorrelation() - 0.3);
    assertThat(before.conceptAccuracy()).isGreaterThan(0.95);
    assertThat(after.conceptAccuracy()).isCloseTo(after.conceptMajorityBaseline(), within(0.03));
  }

  @Test
  void womenAreKnownWhereTheyAreManyAndMenWhereTheyAre() {
    TprGapRow midwives = gender.gap(ErasedGender.STREAM, "none", "midwife");
    TprGapRow mechanics = gender.gap(ErasedGender.STREAM, "none", "mechanic");
    assertThat(midwives.gap()).isGreaterThan(0.2);
    assertThat(mechanics.gap()).isLessThan(-0.2);
  }
}
