package dev.microtome.jobs.erasers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.Warnings;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Activations that are all the same at one of two hook points. */
@ExtendWith(LocalSpark.class)
class NothingErasedTest extends FitLeaceRuns {
  private Path constant() {
    return activations(
        "constant",
        row -> {
          if (row.hook().equals("hook_embed")) {
            Arrays.fill(row.x(), 0.3f);
          }
          return row;
        });
  }

  @Test
  void anEraserOfRankZeroIsWarnedOf() {
    try (Warnings warnings = new Warnings()) {
      run("out", constant(), labels("l", row -> true), "concepts=[gender]").succeeded();
      assertThat(warnings.lines())
          .filteredOn(line -> line.contains("nothing to erase"))
          .singleElement()
          .asString()
          .startsWith(
              "hook_embed, concept 'gender': nothing to erase: the cross-covariance of activations and concept is zero over ")
          .endsWith(" rows, whose variance is 0.0");
    }
  }

  @Test
  void nothingErasedIsNotEvaluated() {
    JobRun run =
        run(
            "evaluate-erasure",
            "evaluated",
            constant(),
            labels("l", row -> true),
            "concepts=[gender]",
            "hooks=[hook_embed]");
    run.refusedWith(
        "hook_embed, concept 'gender': an eraser erases nothing: the cross-covariance of activations and classes is zero over the ");
  }
}
