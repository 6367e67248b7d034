package dev.microtome.jobs;

import java.util.Locale;

/**
 * What a task holds at once of what grows with the input and the configuration, beside a model and
 * its pass over a batch, which {@link ExecutorMemory} counts. For planning: read off the code and
 * rounded.
 *
 * @param bytes at most, about; 0 where nothing grows
 * @param what it is that is held, or why nothing grows
 */
public record TaskMemory(long bytes, String what) {
  /** Of a task that holds the same whatever it is given. */
  public static TaskMemory steady(String why) {
    return new TaskMemory(0, why);
  }

  /** A line for {@code --dry-run}. */
  String line() {
    return bytes == 0
        ? "memory of a task: no more for a larger input (%s)".formatted(what)
        : String.format(
            Locale.ROOT, "memory of a task: about %s (%s)", Progress.Amounts.bytes(bytes), what);
  }
}
