package dev.microtome.jobs.reproduce;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.erasure.ScrubbingLossRow;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * The finding of Belrose et al. (2023) on the tables that {@code conf/monosemanticity.conf} has
 * just written: language models depend on linear information of parts of speech, and hardly on as
 * many random dimensions. Runs with {@code mvn -Preproduce verify} alone.
 */
class ScrubbingFindings {
  private static ScrubbedModel found;

  @BeforeAll
  static void readTables() {
    found = ScrubbedModel.of(Path.of(System.getProperty("monosemanticity.output")));
  }

  @Test
  void partsOfSpeechCostMoreThanAsManyRandomDimensions() {
    ScrubbingLossRow scrubbed = found.scrubbed();
    ScrubbingLossRow random = found.random();
    assertThat(scrubbed.increaseNats())
        .isGreaterThan(2 * random.increaseNats()); // saw 3.47 and 0.97
    assertThat(random.increaseNats()).isGreaterThan(5 * random.increaseStandardError());
  }
}
