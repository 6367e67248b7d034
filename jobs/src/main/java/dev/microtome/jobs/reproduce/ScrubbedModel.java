package dev.microtome.jobs.reproduce;

import dev.microtome.erasure.ScrubbingLossRow;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;

/**
 * What the model of {@code conf/monosemanticity.conf} loses without parts of speech, and without as
 * many random dimensions (Belrose et al. 2023), on sequences held out.
 *
 * @param losses the model as it is, scrubbed, and under random erasers
 */
record ScrubbedModel(List<ScrubbingLossRow> losses) {
  private static final String STEP = "scrubbed";

  /** Reads the table below a pipeline's output folder. */
  static ScrubbedModel of(Path output) {
    return new ScrubbedModel(
        new RunTables(output).rows(STEP, ScrubbingLossRow.TABLE.name(), ScrubbingLossRow.class));
  }

  ScrubbingLossRow original() {
    return losses.get(0);
  }

  ScrubbingLossRow scrubbed() {
    return losses.get(1);
  }

  ScrubbingLossRow random() {
    return losses.get(2);
  }

  void print(PrintStream out) {
    out.printf(
        Locale.ROOT,
        "%nWithout %s: %,d tokens, %,d bytes of %d sequences held out%n",
        original().concept(),
        original().tokens(),
        original().bytes(),
        original().sequences());
    out.printf(
        Locale.ROOT,
        "%-10s %14s %10s %10s %14s%n",
        "",
        "nats a token",
        "",
        "bits a byte",
        "more nats");
    for (ScrubbingLossRow row : losses) {
      out.printf(
          Locale.ROOT,
          "%-10s %14.3f ± %8.3f %10.3f %14.3f ± %.3f%n",
          row.variant(),
          row.lossNats(),
          row.lossStandardError(),
          row.bitsPerByte(),
          row.increaseNats(),
          row.increaseStandardError());
    }
  }
}
