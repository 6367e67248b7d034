package dev.microtome.jobs.nightly;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds conf/nightly.conf and the jobs that it names together. */
class NightlyConfTest {
  private static final Path MODEL =
      Path.of("../common/src/test/resources/golden/real-models/stories260K-llama");

  @TempDir private Path folder;

  @Test
  void theDryRunOfAStepThatLoadsAModelTellsItsMemory() {
    Path tokens = JobRun.tokens(List.of(new int[] {1, 2, 3}), folder.resolve("tokens"));
    for (List<String> step :
        List.of(
            List.of("collect-activations", "model=" + MODEL, "hooks=[blocks.0.hook_resid_post]"),
            List.of("token-losses", "checkpoints=[\"" + MODEL + "\"]"))) {
      List<String> arguments = new ArrayList<>(step.subList(1, step.size()));
      arguments.addAll(List.of("tokens=" + tokens, "accept-other-tokenizer=true", "--dry-run"));
      assertThat(JobRun.of(step.get(0), folder.resolve("out"), arguments).succeeded().out())
          .contains("heap: about 1.1 MB for the model, 2.8 MB for each of its tasks; ");
    }
  }

  @Test
  void everyStepHasOnlyKeysThatItsJobKnowsAndReadsWhatAnEarlierOneWrites() throws IOException {
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
        .contains("tokens (tokenize): would run, since it has not run yet (1 part, 1 rows; ")
        .contains("├─ activations (collect-activations): would be looked at after tokens")
        .contains("│  └─ saes (train-sae): would be looked at after activations")
        .contains("evaluation (evaluate-sae): would be looked at after tokens, saes")
        .doesNotContain("would fail");
  }
}
