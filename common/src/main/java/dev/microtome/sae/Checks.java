package dev.microtome.sae;

/** Checks of an architecture's numbers. */
final class Checks {
  private Checks() {}

  static void notNegative(String name, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "%s is %s, expected a number from 0".formatted(name, value));
    }
  }

  static void positive(String name, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new IllegalArgumentException(
          "%s is %s, expected a number above 0".formatted(name, value));
    }
  }

  static void k(double k, int dSae) {
    if (k > dSae) {
      throw new IllegalArgumentException(
          "k is %s with %d features, expected at most as many".formatted(k, dSae));
    }
  }
}
