package dev.microtome.jobs.report;

import java.util.Locale;

/** Numbers for people. */
final class Numbers {
  private Numbers() {}

  static String count(long value) {
    return String.format(Locale.ROOT, "%,d", value);
  }

  /** A value with so many decimals; a dash where there is none. */
  static String decimal(double value, int decimals) {
    if (!Double.isFinite(value)) {
      return "–";
    }
    String text = String.format(Locale.ROOT, "%." + decimals + "f", value);
    // A minus is as wide as a digit, and −0.00 is 0.00.
    return text.matches("-[0.]+") ? text.substring(1) : text.replace('-', '−');
  }

  /** A share in percent. */
  static String percent(double share, int decimals) {
    return Double.isFinite(share) ? decimal(100 * share, decimals) + " %" : "–";
  }

  static String seconds(double seconds) {
    return seconds < 120
        ? decimal(seconds, 1) + " s"
        : String.format(Locale.ROOT, "%d min %02d s", (long) seconds / 60, (long) seconds % 60);
  }

  static String bytes(long bytes) {
    if (bytes < 1000) {
      return bytes + " B";
    }
    return bytes < 1_000_000 ? decimal(bytes / 1e3, 1) + " kB" : decimal(bytes / 1e6, 1) + " MB";
  }
}
