package dev.microtome.jobs.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.dynamics.LossBump;
import dev.microtome.dynamics.Series;
import dev.microtome.dynamics.Trajectory;
import dev.microtome.dynamics.Transition;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The findings of Olsson et al. (2022) and Elhage et al. (2021), as far as small models show them,
 * on the tables that {@code conf/phase-change.conf} has just written. Runs with {@code mvn
 * -Preproduce verify} alone. Beside each threshold stands what was seen; seeds are fixed, but
 * float32 sums differ from one kind of processor to the next, and training makes that grow.
 */
class PhaseChangeFindings {
  private static Findings findings;

  @BeforeAll
  static void readTables() {
    findings = Findings.of(Path.of(System.getProperty("phase-change.output")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"two-layer", "two-layer-again", "one-layer-smeared"})
  void learnsInduction(String model) {
    LearntInduction learnt = findings.learnt(model);
    assertThat(learnt.accuracy().steps()).hasSizeGreaterThanOrEqualTo(40);
    assertThat(learnt.accuracy().first()).isLessThan(0.1);
    assertThat(learnt.accuracy().last()).isGreaterThan(0.8);
    assertThat(learnt.prefixMatching().last()).isGreaterThan(0.5);
    assertThat(learnt.inContextScore().last()).isLessThan(-0.6);
  }

  @Test
  void oneLayerDoesNotLearnInduction() {
    LearntInduction learnt = findings.learnt(Models.ONE_LAYER);
    assertThat(learnt.accuracy().largest().getValue()).isLessThan(0.2);
    assertThat(learnt.prefixMatching().last()).isLessThan(0.2);
    assertThat(learnt.inContextScore().last()).isGreaterThan(-0.3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"two-layer", "two-layer-again", "one-layer-smeared"})
  void inContextScorePrefixMatchingAndAccuracyJumpTogether(String model) {
    LearntInduction learnt = findings.learnt(model);
    Transition jump = learnt.accuracy().transition();
    for (Series other : new Series[] {learnt.inContextScore(), learnt.prefixMatching()}) {
      assertThat(other.transition().middle())
          .as(other.name())
          .isBetween(jump.middle() / 1.5, jump.middle() * 1.5);
    }
    assertThat(jump.end() / jump.start()).as("sharpness of the jump").isLessThan(3);
  }

  @ParameterizedTest
  @ValueSource(strings = {"two-layer", "two-layer-again"})
  void theLossCurveHasItsBumpAtTheJump(String model) {
    double jump = findings.learnt(model).accuracy().transition().middle();
    LossBump bump = findings.bump(model);
    assertThat((double) bump.descentStep()).isBetween(jump / 1.5, jump * 1.5);
    assertThat(bump.plateauSpeed()).isLessThan(bump.firstSpeed() / 4);
    assertThat(bump.secondSpeed()).isGreaterThan(bump.firstSpeed());
    assertThat(bump.secondSpeed()).isGreaterThan(5 * findings.bump(Models.ONE_LAYER).secondSpeed());
  }

  @ParameterizedTest
  @ValueSource(strings = {"two-layer", "two-layer-again"})
  void trajectoriesTurnAndPartAtTheJump(String model) {
    double jump = findings.learnt(model).accuracy().transition().middle();
    Trajectory path = findings.plane().trajectory(model);
    Trajectory.Turn turn = path.sharpestTurn();
    assertThat(turn.degrees()).isGreaterThan(45);
    assertThat((double) turn.leaves()).isBetween(jump / 2, jump * 2); // saw 1/1.54
    assertThat(path.partingFrom(findings.plane().trajectory(Models.ONE_LAYER)).middle())
        .isBetween(jump / 1.5, jump * 1.5);
    assertThat(findings.plane().explained().get(0) + findings.plane().explained().get(1))
        .isGreaterThan(0.7);
  }

  /**
   * With patterns preserved. Where they are computed anew, the heads of the first layer take the
   * previous token with them, which induction needs, and as much goes without them.
   */
  @Test
  void knockingOutTheInductionHeadsRemovesMostOfInContextLearningAndOthersDoNot() {
    for (Knockouts each : findings.knockouts()) {
      assertThat(each.removed())
          .as("%s %s", each.model(), each.ablation())
          .isGreaterThan(0.75); // saw 0.89
      if (each.ablation().equals("pattern_preserving")) {
        assertThat(each.largestControl().removed()).as(each.model()).isLessThan(0.25); // saw −0.01
      }
    }
  }

  /**
   * K-composition stands out against Q- and V-composition. Which pair has most of it does not: all
   * heads of the first layer share the previous token between them, and all of the second match
   * prefixes.
   */
  @Test
  void keyCompositionStandsOutAndTheInductionHeadCopies() {
    for (Circuit circuit : findings.circuits()) {
      double key = circuit.means().get("K");
      assertThat(key).as(circuit.model()).isGreaterThan(1.3 * circuit.meansAtFirst().get("K"));
      assertThat(key).as(circuit.model()).isGreaterThan(1.5 * circuit.means().get("Q"));
      assertThat(key).as(circuit.model()).isGreaterThan(1.3 * circuit.means().get("V"));
      assertThat(circuit.copying()).as(circuit.model()).isGreaterThan(0.9);
    }
  }

  @Test
  void withoutLayersLogitsAreTheCorpussBigrams() {
    assertThat(findings.bigramDivergence().first()).isGreaterThan(0.5);
    assertThat(findings.bigramDivergence().last()).isLessThan(0.05);
  }

  /** Chance would find 0.002 of the 24: there are 64³ triples. */
  @Test
  void theStrongestSkipTrigramsOfOneLayerAreTheCorpuss() {
    SimpleLanguages.Precision precision = findings.skipTrigrams();
    assertThat(precision.found()).isGreaterThanOrEqualTo(precision.triples() / 4);
    assertThat(precision.found() + precision.mixed())
        .isGreaterThanOrEqualTo(precision.triples() - 2);
  }
}
