package dev.microtome.jobs.probes;

/** Where stages leave for each other what passes over all rows need. */
final class PassFiles {
  private PassFiles() {}

  /** Rows of a hook point in a part. */
  static String rows(String hook, int part) {
    return "rows/%s/%05d".formatted(hook, part);
  }

  /** What is summed up of them once. */
  static String sums(String hook, int part) {
    return "sums/%s/%05d".formatted(hook, part);
  }

  /** What a pass has summed up in all parts. */
  static String answers(String hook, int pass) {
    return "answers/%s/%05d".formatted(hook, pass);
  }

  /** What it has summed up in a part. */
  static String ofPart(String hook, int pass, int part) {
    return "%s/%05d".formatted(parts(hook, pass), part);
  }

  /** What it has summed up in each part, until they are put together. */
  static String parts(String hook, int pass) {
    return "passes/%s/%05d".formatted(hook, pass);
  }
}
