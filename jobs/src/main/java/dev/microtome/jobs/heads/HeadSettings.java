package dev.microtome.jobs.heads;

import dev.microtome.heads.HeadAblation;
import java.io.Serializable;
import java.util.List;

/** Of the configuration, what a part needs: plain data that ships to executors. */
record HeadSettings(
    int repeats,
    int sequenceLength,
    int examples,
    int sequences,
    int earlyPosition,
    int latePosition,
    List<HeadAblation> ablations,
    int setSize,
    int controls,
    int batchTokens,
    long seed)
    implements Serializable {
  HeadSettings {
    ablations = List.copyOf(ablations);
  }

  static HeadSettings of(InductionHeadsConfig config) {
    return new HeadSettings(
        config.repeats(),
        config.sequenceLength(),
        config.examples(),
        config.sequences(),
        config.earlyPosition(),
        config.latePosition(),
        config.ablations(),
        config.setSize(),
        config.controls(),
        config.batchTokens(),
        config.seed());
  }

  /** The same with no head knocked out. */
  HeadSettings withoutAblations() {
    return new HeadSettings(
        repeats,
        sequenceLength,
        examples,
        sequences,
        earlyPosition,
        latePosition,
        List.of(),
        setSize,
        controls,
        batchTokens,
        seed);
  }
}
