package dev.microtome.jobs.circuits;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import java.util.List;
import java.util.Optional;

/** Configuration of {@link Framework}. */
public record FrameworkConfig(
    @Option(doc = "checkpoints: model folders, globs, folders of step-N, or a train-model run")
        List<InputPath> checkpoints,
    @Option(
            doc =
                "none: weights as they are; norms: each norm's weight and centring multiplied into the matrices that read behind it",
            orElse = "none")
        NormFolding folding,
    @Option(doc = "successors of each token that the bigram table lists; 0 for none", orElse = "10")
        int bigrams,
    @Option(
            doc =
                "the corpus's own table bigrams (source, out, p) to hold the bigram table against: a generate-corpus output, run or table; null: none",
            orElse = "null")
        Optional<InputPath> trueBigrams,
    @Option(
            doc =
                "strongest skip-trigrams of each head; 0 for none; costs 2 · vocabulary² · d-head multiplications a head",
            orElse = "20")
        int skipTrigrams) {

  public FrameworkConfig {
    checkpoints = List.copyOf(checkpoints);
    if (checkpoints.isEmpty()) {
      throw new ConfigException("checkpoints", "[]", "needs at least one checkpoint");
    }
    if (bigrams < 0) {
      throw new ConfigException("bigrams", bigrams, "must be at least 0");
    }
    if (skipTrigrams < 0) {
      throw new ConfigException("skip-trigrams", skipTrigrams, "must be at least 0");
    }
  }
}
