package dev.microtome.jobs.dynamics;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.dynamics.TokenSelection;
import java.util.List;

/** Configuration of {@link LossPca}. */
public record LossPcaConfig(
    @Option(
            doc =
                "losses of the same tokens under the checkpoints: one or several token-losses outputs, runs or tables")
        List<InputPath> tokenLosses,
    @Option(
            doc =
                "components, at most one less than there are checkpoints; fewer are written where the losses vary in fewer directions",
            orElse = "2")
        int components,
    @Option(
            doc =
                "true: one random token of each sequence, the same for all checkpoints; false: every token",
            orElse = "true")
        boolean oneTokenPerSequence,
    @Option(doc = "seed of the random tokens", orElse = "0") long seed,
    @Option(
            doc =
                "losses in a part, the unit that is retried and resumed; a task holds 4 bytes for each and 60 for each token, twice that where every token is taken",
            orElse = "16777216")
        long lossesPerPart) {

  public LossPcaConfig {
    tokenLosses = List.copyOf(tokenLosses);
    if (tokenLosses.isEmpty()) {
      throw new ConfigException(
          "token-losses", "[]", "needs at least one token-losses run, such as runs/losses");
    }
    if (components < 1) {
      throw new ConfigException("components", components, "must be at least 1");
    }
    if (lossesPerPart < 1) {
      throw new ConfigException("losses-per-part", lossesPerPart, "must be at least 1");
    }
  }

  TokenSelection selection() {
    return oneTokenPerSequence ? new TokenSelection.OnePerSequence(seed) : new TokenSelection.All();
  }
}
