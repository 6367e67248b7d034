package dev.microtome.jobs.losses;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.dynamics.LossSettings;
import dev.microtome.jobs.inputs.Erasures;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link TokenLosses}. */
public record TokenLossesConfig(
    @Option(doc = "checkpoints: model folders, globs, folders of step-N, or a train-model run")
        List<InputPath> checkpoints,
    @Option(doc = "tokens to predict: a tokenize output, run or table") InputPath tokens,
    @Option(
            doc =
                "true: take tokens that another tokenizer.json than a checkpoint's made, as long as every id is in its vocabulary; false: refuse them",
            orElse = "false")
        boolean acceptOtherTokenizer,
    @Option(
            doc =
                "erasers to apply during the pass: a fit-leace or scrub output or run, or a folder of HOOK.safetensors; null: none",
            orElse = "null")
        Optional<InputPath> erasers,
    @Option(doc = "concept whose erasers are applied", orElse = "null")
        Optional<String> eraseConcept,
    @Option(doc = "hook points at which they are, one by one or with *", orElse = "[]")
        List<String> eraseHooks,
    @Option(
            doc =
                "true: take erasers fitted to activations of another model, such as another checkpoint; false: refuse them",
            orElse = "false")
        boolean acceptOtherModel,
    @Option(
            doc =
                "the tokens at positions 1 to this are predicted in each sequence, and a shorter sequence is refused; 0: all that each sequence has",
            orElse = "0")
        int positions,
    @Option(
            doc =
                "most tokens of a batch, padding included; a longer sequence is a batch of its own",
            orElse = "1024")
        int batchTokens,
    @Option(
            doc =
                "sequences that, under one checkpoint, are a part, the unit that is retried and resumed; the same for every checkpoint",
            orElse = "256")
        int sequencesPerPart) {

  public TokenLossesConfig {
    checkpoints = List.copyOf(checkpoints);
    if (checkpoints.isEmpty()) {
      throw new ConfigException(
          "checkpoints", "[]", "needs at least one checkpoint, such as models/pythia-70m");
    }
    eraseHooks = List.copyOf(eraseHooks);
    new Erasures(erasers, eraseConcept, eraseHooks, acceptOtherModel).requireWhole();
    atLeast("positions", positions, 0);
    atLeast("batch-tokens", batchTokens, 1);
    atLeast("sequences-per-part", sequencesPerPart, 1);
  }

  LossSettings settings() {
    return new LossSettings(positions, batchTokens);
  }

  Erasures erasures() {
    return new Erasures(erasers, eraseConcept, eraseHooks, acceptOtherModel);
  }

  private static void atLeast(String key, int value, int least) {
    if (value < least) {
      throw new ConfigException(key, value, "must be at least " + least);
    }
  }
}
