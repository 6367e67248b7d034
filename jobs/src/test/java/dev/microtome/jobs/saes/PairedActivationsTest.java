package dev.microtome.jobs.saes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.microtome.jobs.LocalSpark;
import dev.microtome.jobs.inputs.TokenSlices.Slice;
import dev.microtome.jobs.spark.HadoopFileStore;
import dev.microtome.jobs.spark.ParquetFiles;
import dev.microtome.run.InputException;
import dev.microtome.sae.stream.RowBlocks;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** A table beside itself in other slices. */
@ExtendWith(LocalSpark.class)
class PairedActivationsTest {
  private static final int WIDTH = SmallTable.WIDTH;

  @TempDir private static Path folder;
  private static StoredActivations input;

  @BeforeAll
  static void write() throws IOException {
    input = SmallTable.write(folder.resolve("table"));
  }

  private static RowBlocks beside(long... borders) {
    String file = input.slices().get(0).path();
    Slice[] slices = new Slice[borders.length - 1];
    Arrays.setAll(slices, i -> new Slice(file, borders[i], borders[i + 1]));
    StoredActivations target = new StoredActivations("t", "", "", input.columns(), List.of(slices));
    return new PairedActivations(input, target)
        .blocks(new ParquetFiles(HadoopFileStore.ofThisProcess()));
  }

  @Test
  void rowsOfBothHooksAreOfTheSameTokenWhereverOneBegins() throws IOException {
    RowBlocks pairs = beside(0, 305, 700, 1000);
    assertThat(pairs.width()).isEqualTo(2 * WIDTH);
    float[] row = new float[2 * WIDTH];
    for (int block = 0; block < pairs.count(); block++) {
      for (long from : new long[] {0, 1, pairs.rows(block) - 1}) {
        try (RowBlocks.Rows rows = pairs.open(block, from)) {
          for (long at = from; at < pairs.rows(block); at++) {
            if (at % 50 == 7 && at + 12 < pairs.rows(block)) {
              rows.skip(10);
              at += 10;
            }
            rows.next(row, 0);
            assertThat(Arrays.copyOfRange(row, 0, WIDTH))
                .as("block %d, row %d", block, at)
                .isEqualTo(Arrays.copyOfRange(row, WIDTH, 2 * WIDTH));
          }
        }
      }
    }
  }

  @Test
  void rowsOfDifferentSequencesAreRefused() throws IOException {
    try (RowBlocks.Rows rows = beside(5, 1000).open(0, 0)) {
      rows.skip(3);
      rows.next(new float[2 * WIDTH], 0);
      rows.next(new float[2 * WIDTH], 0);
      assertThatExceptionOfType(InputException.class)
          .isThrownBy(() -> rows.next(new float[2 * WIDTH], 0))
          .withMessageContaining(
              "hook 'h' and 't': a row is of sequence 0 at one hook and of 1 at the other");
    }
  }
}
