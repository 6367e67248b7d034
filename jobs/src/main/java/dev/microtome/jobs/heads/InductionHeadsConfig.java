package dev.microtome.jobs.heads;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.heads.HeadAblation;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link InductionHeads}. */
public record InductionHeadsConfig(
    @Option(doc = "checkpoints: model folders, globs, folders of step-N, or a train-model run")
        List<InputPath> checkpoints,
    @Option(doc = "how often the random segment stands in an example, at least 2", orElse = "4")
        int repeats,
    @Option(doc = "different random tokens in the segment", orElse = "25") int sequenceLength,
    @Option(doc = "examples that a head's scores are the mean of", orElse = "10") int examples,
    @Option(
            doc =
                "id of the token in front of an example; null: the tokenizer's own, or 0 where a checkpoint has no tokenizer.json",
            orElse = "null")
        Optional<Integer> bos,
    @Option(
            doc =
                "tokens for losses, in-context-learning scores and ablations, and for how common a token is: a tokenize output, run or table; null: none of these",
            orElse = "null")
        Optional<InputPath> tokens,
    @Option(doc = "sequences of the tokens table that are used, the first ones", orElse = "64")
        int sequences,
    @Option(
            doc =
                "early position of the in-context-learning score, counted from 0; null: a tenth of late-position, 50 of 500",
            orElse = "null")
        Optional<Integer> earlyPosition,
    @Option(
            doc =
                "late position of the in-context-learning score, which the longest sequence must have; null: 500 as in Olsson et al., or the last one that half of the sequences have if that is earlier",
            orElse = "null")
        Optional<Integer> latePosition,
    @Option(
            doc =
                "ways in which each head is knocked out (zero, mean, pattern-preserving); [] for none; needs tokens",
            orElse = "[zero, mean, pattern-preserving]")
        List<HeadAblation> ablations,
    @Option(
            doc = "checkpoints whose heads are knocked out: all, or the last of each model",
            orElse = "all")
        Ablated ablatedCheckpoints,
    @Option(
            doc =
                "heads with the highest prefix matching that are also knocked out together; 0 for none",
            orElse = "2")
        int setSize,
    @Option(
            doc =
                "random sets of as many other heads to compare that with; none where not as many are left",
            orElse = "5")
        int controls,
    @Option(doc = "most tokens of a pass with ablations", orElse = "4096") int batchTokens,
    @Option(doc = "heads whose ablations are one part, the unit that is retried", orElse = "64")
        int headsPerPart,
    @Option(doc = "seed of the random tokens and the random sets", orElse = "0") long seed) {

  /** Which checkpoints of a model are ablated. */
  public enum Ablated {
    /** Every one. */
    ALL,
    /** The one with the highest step. */
    LAST
  }

  public InductionHeadsConfig {
    checkpoints = List.copyOf(checkpoints);
    ablations = List.copyOf(ablations);
    atLeast("repeats", repeats, 2);
    atLeast("sequence-length", sequenceLength, 1);
    atLeast("examples", examples, 1);
    atLeast("sequences", sequences, 1);
    earlyPosition.ifPresent(position -> atLeast("early-position", position, 1));
    latePosition.ifPresent(position -> atLeast("late-position", position, 2));
    atLeast("set-size", setSize, 0);
    atLeast("controls", controls, 0);
    atLeast("batch-tokens", batchTokens, 1);
    atLeast("heads-per-part", headsPerPart, 1);
    bos.ifPresent(token -> atLeast("bos", token, 0));
    if (checkpoints.isEmpty()) {
      throw new ConfigException("checkpoints", "[]", "needs at least one checkpoint");
    }
    if (earlyPosition.isPresent()
        && latePosition.isPresent()
        && latePosition.get() <= earlyPosition.get()) {
      throw new ConfigException(
          "late-position",
          latePosition.get(),
          "must be above early-position, " + earlyPosition.get());
    }
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new ConfigException(key, value, "must be at least " + least);
    }
  }
}
