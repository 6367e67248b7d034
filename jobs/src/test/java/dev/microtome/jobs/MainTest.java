package dev.microtome.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The commands beside that of a job, and those that are none. */
class MainTest extends RangeRuns {
  @Test
  void unknownJobSuggestsTheNearest() {
    assertThat(microtome("rnage", "--output", output.toString())).isEqualTo(1);

    assertThat(refused()).startsWith("ERROR: Unknown job: rnage (did you mean range?)");
  }

  @Test
  void unknownOptionAndMissingOutputAreWrongCommands() {
    assertThat(microtome("range", "--outptu", "x")).isEqualTo(1);
    assertThat(refused()).contains("Unknown option: '--outptu'");
    assertThat(microtome("range", "--set", "count=1")).isEqualTo(1);
    assertThat(refused()).contains("Missing option --output");
  }

  @Test
  void listAndDescribeSayWhatTheCodeSays() {
    assertThat(microtome("list")).isZero();
    assertThat(printed()).containsPattern("range +Writes the numbers of a range");

    assertThat(microtome("describe", "range")).isZero();
    assertThat(printed())
        .contains(
            "  count (an integer, required)\n      how many numbers, at least 1\n",
            "  part-size (an integer below 2^31, default 10)\n",
            "  input (a path, optional)\n",
            "  trouble (one of nothing, refused-input, rejected-row, broken-code, null-value, warns, default nothing)\n",
            "Table numbers: One row a number\n",
            "  remainder INT, thirds\n      its remainder by 3\n",
            "  multiples ARRAY<FLOAT>\n");
  }

  @Test
  void optionsThatWouldNotBeLookedAtAreRefused() {
    assertThat(microtome("range", "--keep=3")).isEqualTo(1);
    assertThat(refused()).contains("--keep says how many runs clean leaves, found with range");
    for (String other : List.of("--only=a", "--from=a", "--set=keep=9", "--config=a.conf")) {
      assertThat(microtome("clean", "--output=x", "--keep=3", other)).isEqualTo(1);
      assertThat(refused()).contains("clean takes --output, --keep and --dry-run, and nothing");
    }
  }
}
