package dev.microtome.jobs.probes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.jobs.JobRun;
import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.Warnings;
import dev.microtome.probing.ErasureProbeRow;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** As many rows to fit erasers to as an activation has numbers, and one more. */
@ExtendWith(LocalSpark.class)
class FewRowsTest {
  @TempDir private Path folder;

  @Test
  void evaluateErasureWarnsOfFewRows() throws IOException {
    ProbeTables tables = new ProbeTables(folder);
    Path activations = tables.activations("a", row -> row);
    Path labels = tables.labels("l", row -> true);
    int width = ProbeTables.WIDTH;
    assertThat(warnings(activations, labels, width))
        .containsExactly(
            "%s, concept 'mood': %d rows for %d dimensions: the eraser fits these rows alone; one of fit-leace with shrinkage = true, given as erasers, is for others"
                .formatted(ProbeTables.TOLD, width, width));
    assertThat(warnings(activations, labels, width + 1)).isEmpty();
  }

  private List<String> warnings(Path activations, Path labels, int rows) throws IOException {
    try (Warnings warnings = new Warnings()) {
      JobRun run =
          JobRun.of(
                  "evaluate-erasure",
                  folder.resolve("out" + rows),
                  List.of(
                      "activations=" + activations,
                      "labels=" + labels,
                      "concepts=[mood]",
                      "hooks=[" + ProbeTables.TOLD + "]",
                      "train-rows=" + rows,
                      "erasures=[leace]",
                      "probes=[logistic]"))
              .succeeded();
      assertThat(run.rows(ErasureProbeRow.TABLE)).allMatch(row -> row.trainRows() == rows);
      return warnings.lines().stream().filter(line -> line.contains(" dimensions: ")).toList();
    }
  }
}
