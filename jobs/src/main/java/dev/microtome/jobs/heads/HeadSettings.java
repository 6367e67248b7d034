package dev.microtome.jobs.heads;

import dev.microtome.heads.HeadAblation;
import dev.microtome.text.RepeatedTokens;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** Of the configuration, what a part needs: plain data that ships to executors. */
record HeadSettings(
    int repeats,
    int sequenceLength,
    int examples,
    int sequences,
    ContextPositions positions,
    List<HeadAblation> ablations,
    int setSize,
    int controls,
    int batchTokens,
    long seed)
    implements Serializable {
  HeadSettings {
    ablations = List.copyOf(ablations);
  }

  static HeadSettings of(InductionHeadsConfig config, ContextPositions positions) {
    return new HeadSettings(
        config.repeats(),
        config.sequenceLength(),
        config.examples(),
        config.sequences(),
        positions,
        config.ablations(),
        config.setSize(),
        config.controls(),
        config.batchTokens(),
        config.seed());
  }

  /**
   * Segments of random tokens, the same for every checkpoint of one vocabulary.
   *
   * @param used where given, tells how common a token is
   * @throws dev.microtome.run.InputException if there are too few tokens for a segment
   */
  List<RepeatedTokens> repeated(Optional<UsedSequences> used, int dVocab, int bos) {
    int[] candidates =
        used.map(tokens -> RepeatedTokens.candidates(tokens.counts(dVocab), bos))
            .orElseGet(() -> RepeatedTokens.candidates(dVocab, bos));
    return IntStream.range(0, examples)
        .mapToObj(
            example ->
                RepeatedTokens.random(bos, candidates, sequenceLength, repeats, seed, example))
        .toList();
  }

  /** The same with no head knocked out. */
  HeadSettings withoutAblations() {
    return new HeadSettings(
        repeats,
        sequenceLength,
        examples,
        sequences,
        positions,
        List.of(),
        setSize,
        controls,
        batchTokens,
        seed);
  }
}
