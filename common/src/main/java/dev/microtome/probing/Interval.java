package dev.microtome.probing;

/** An interval at 95 %, within 0 and 1. */
public record Interval(double low, double high) {
  /** The normal distribution's 97.5 % point. */
  private static final double Z = 1.959963984540054;

  /**
   * Wilson's interval of a share.
   *
   * @param trials how many it is the share of; a number of effective ones need not be whole
   */
  public static Interval wilson(double share, double trials) {
    double spread =
        Z
            / (1 + Z * Z / trials)
            * Math.sqrt(share * (1 - share) / trials + Z * Z / (4 * trials * trials));
    double middle = (share + Z * Z / (2 * trials)) / (1 + Z * Z / trials);
    return new Interval(Math.max(0, middle - spread), Math.min(1, middle + spread));
  }
}
