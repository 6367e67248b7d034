package dev.microtome.jobs.erasers;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.Warnings;
import dev.microtome.probing.ErasureProbeRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
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
  void whereThereIsNothingToEraseTheOtherHookPointsAreComparedAllTheSame() throws IOException {
    try (Warnings warnings = new Warnings()) {
      List<ErasureProbeRow> rows =
          run(
                  "evaluate-erasure",
                  "evaluated",
                  constant(),
                  labels("l", row -> true),
                  "concepts=[gender]",
                  "probes=[logistic]",
                  "rlace-iterations=20")
              .succeeded()
              .rows(ErasureProbeRow.TABLE);
      assertThat(rows)
          .filteredOn(row -> row.hook().equals("hook_embed"))
          .hasSize(6)
          .allSatisfy(
              row -> {
                assertThat(row.squaredDistance()).isZero();
                assertThat(row.accuracy()).isEqualTo(row.majorityBaseline());
              });
      assertThat(rows)
          .filteredOn(row -> !row.hook().equals("hook_embed") && !row.eraser().equals("none"))
          .hasSize(5)
          .allSatisfy(row -> assertThat(row.rank()).isPositive());
      assertThat(warnings.lines())
          .filteredOn(line -> line.contains("rank 0"))
          .singleElement()
          .asString()
          .startsWith(
              "hook_embed, concept 'gender': erasers of rank 0, which erase nothing: inlp, leace, mean, orthogonal, rlace");
    }
  }
}
