package dev.microtome.heads;

import dev.microtome.text.RepeatedTokens;

/**
 * A score of a head on repeated random tokens, computed from its attention pattern A. T is the
 * number of tokens, a token in front included; query and key positions count from 0.
 */
public enum HeadScore {
  /**
   * Mean over the queries of the second to the last repetition of the attention to the tokens that
   * follow earlier occurrences of the query's token. An induction head has a high one.
   */
  PREFIX_MATCHING("prefix_matching") {
    @Override
    double of(Pattern pattern, RepeatedTokens tokens) {
      return pattern.meanOnEarlier(tokens, 1);
    }
  },
  /**
   * How far the head raises the logit of what it attends to; see {@link CopyingScore}. In [−1, 1].
   */
  COPYING("copying") {
    @Override
    double of(Pattern pattern, RepeatedTokens tokens) {
      throw new IllegalArgumentException("copying is no property of the pattern alone");
    }
  },
  /** Mean of A[t, t − 1] over t from 2: the token in front is no previous token. */
  PREVIOUS_TOKEN("previous_token") {
    @Override
    double of(Pattern pattern, RepeatedTokens tokens) {
      return pattern.meanFrom(2, query -> query - 1);
    }
  },
  /** Mean of A[t, t] over all t. */
  CURRENT_TOKEN("current_token") {
    @Override
    double of(Pattern pattern, RepeatedTokens tokens) {
      return pattern.meanFrom(0, query -> query);
    }
  },
  /**
   * Mean over the queries of the second to the last repetition of the attention to the earlier
   * occurrences of the query's token themselves.
   */
  DUPLICATE_TOKEN("duplicate_token") {
    @Override
    double of(Pattern pattern, RepeatedTokens tokens) {
      return pattern.meanOnEarlier(tokens, 0);
    }
  },
  /** Mean of A[t, 0] over all t: how far the head rests on the token in front. */
  FIRST_TOKEN("first_token") {
    @Override
    double of(Pattern pattern, RepeatedTokens tokens) {
      return pattern.meanFrom(0, query -> 0);
    }
  };

  private final String label;

  HeadScore(String label) {
    this.label = label;
  }

  /** The score's name in tables. */
  public String label() {
    return label;
  }

  /**
   * The score of one pattern.
   *
   * @throws IllegalArgumentException for {@link #COPYING}
   */
  abstract double of(Pattern pattern, RepeatedTokens tokens);
}
