package dev.microtome.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds conf/nightly.conf and the jobs that it names together. */
class NightlyConfTest {
  private static final Path MODEL =
      Path.of("../common/src/test/resources/golden/real-models/stories260K-llama");

  @TempDir private Path folder;

  @Test
  void everyStepHasOnlyKeysThatItsJobKnowsAndReadsWhatAnEarlierOneWrites()
      throws IOException {
    Path text = Files.writeString(folder.resolve("story.txt"), "One day Lily saw a red ball.");

    String plan =
        JobRun.of(
                "run-all",
                folder.resolve("nights"),
                List.of(
                    "--config=../conf/nightly.conf",
                    "--dry-run",
                    "shared.text=\"" + text + "\"",
                    "shared.model=\"" + MODEL + "\""))
            .succeeded()
            .out();

    assertThat(plan)
        .contains("tokens (tokenize): would run, since it has not run yet (1 part, 1 rows)")
        .contains("├─ activations (collect-activations): would be looked at after tokens")
        .contains("│  └─ saes (train-sae): would be looked at after activations")
        .contains("evaluation (evaluate-sae): would be looked at after tokens, saes")
        .doesNotContain("would fail");
  }
}
