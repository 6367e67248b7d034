package dev.microtome.model;

import java.util.List;

/**
 * How a model knows the order of its tokens. Positions of a sequence are 0, 1, 2 … whatever the
 * padding.
 */
public sealed interface Positions {
  /**
   * A learned embedding added to the token's.
   *
   * @param offset row of position 0 in the table (2 in OPT)
   */
  record Learned(int offset) implements Positions {}

  /**
   * A learned embedding added to what queries and keys are computed from, behind the norm, in every
   * layer; the stream and the values are without positions (Press et al. 2021, Shortformer).
   */
  record Shortformer() implements Positions {}

  /** Only the causal mask tells the order. */
  record None() implements Positions {}

  /**
   * Rotation of queries and keys (Su et al. 2021).
   *
   * @param pairing which coordinates are rotated together
   * @param inverseFrequencies radians per position of each pair, scaling already applied; the first
   *     2·size coordinates of a head are rotated, the rest left
   */
  record Rotary(Pairing pairing, List<Double> inverseFrequencies) implements Positions {
    public Rotary {
      inverseFrequencies = List.copyOf(inverseFrequencies);
    }
  }

  /** Which coordinates are rotated together. */
  enum Pairing {
    /** i with i + n/2: Llama, NeoX. */
    HALVES,
    /** 2i with 2i + 1: GPT-J. */
    ADJACENT
  }
}
