package dev.microtome.dynamics;

import dev.microtome.stats.Seeds;
import java.io.Serializable;
import java.util.List;

/**
 * Which tokens of a sequence are columns of the PCA: all, or one that a seed draws. Which one
 * depends on the seed, the sequence's id and how many tokens it has, and on nothing else.
 */
public sealed interface TokenSelection extends Serializable {
  /** The chosen among a sequence's tokens, which are in the order of their positions. */
  <T> List<T> choose(long sequenceId, List<T> tokens);

  /** All tokens. */
  record All() implements TokenSelection {
    @Override
    public <T> List<T> choose(long sequenceId, List<T> tokens) {
      return tokens;
    }
  }

  /** One token of each sequence, all equally likely. */
  record OnePerSequence(long seed) implements TokenSelection {
    @Override
    public <T> List<T> choose(long sequenceId, List<T> tokens) {
      if (tokens.isEmpty()) {
        return tokens;
      }
      long random = Seeds.of(seed, "loss-pca", sequenceId);
      return List.of(tokens.get((int) Long.remainderUnsigned(random, tokens.size())));
    }
  }
}
