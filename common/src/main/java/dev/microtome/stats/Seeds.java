package dev.microtome.stats;

/**
 * Where randomness comes from: a pure function of a run's seed, of what the number is for and of
 * what it belongs to, never of the time, the partition or the order of calls. The same row
 * therefore gets the same numbers on any executor and any attempt.
 *
 * <p>The parts are folded one after the other into a 64-bit state by the finaliser of SplitMix64
 * (Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators"; constants of
 * Stafford's variant 13). The values are part of the product's contract: a change of this function
 * changes the rows of every seeded job.
 */
public final class Seeds {
  /** The odd integer nearest to 2⁶⁴/φ, SplitMix64's increment. */
  private static final long GOLDEN_GAMMA = 0x9e3779b97f4a7c15L;

  private Seeds() {}

  /**
   * A number that looks uniformly distributed over all longs.
   *
   * @param seed the run's seed, as the user set it
   * @param purpose what the number is for, such as {@code "positions"}: two uses of one identifier
   *     must not share their numbers
   * @param identifiers what the number belongs to, such as a sequence's id and a position
   */
  public static long of(long seed, String purpose, long... identifiers) {
    long state = fold(0, seed);
    for (int i = 0; i < purpose.length(); i++) {
      state = fold(state, purpose.charAt(i));
    }
    // Lengths keep ("a", 98) and ("ab") apart: a character is folded like an identifier.
    state = fold(state, purpose.length());
    for (long identifier : identifiers) {
      state = fold(state, identifier);
    }
    return fold(state, identifiers.length);
  }

  private static long fold(long state, long value) {
    long z = (state ^ value) + GOLDEN_GAMMA;
    z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
    z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
    return z ^ (z >>> 31);
  }
}
