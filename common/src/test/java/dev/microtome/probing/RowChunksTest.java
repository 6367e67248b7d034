package dev.microtome.probing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RowChunksTest {
  private static final SequenceSplit SPLIT = new SequenceSplit(1, 0.3, 2);

  /** Rows so wide that a chunk holds five. */
  private static byte[] written(int rows) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (RowChunks.Writer writer = new RowChunks.Writer(out, SPLIT)) {
      for (int i = 0; i < rows; i++) {
        float[] x = new float[100_000];
        Arrays.fill(x, i + 0.25f);
        writer.add(
            new ProbeSampleRow("h", i, 0, 7 * i, x, ProbeSampleRow.bytes(new double[] {i, -i})));
      }
    }
    return out.toByteArray();
  }

  @Test
  void everyRowComesBackInAChunkOfItsFold() throws IOException {
    byte[] bytes = written(40);
    Set<Long> seen = new HashSet<>();
    List<Integer> sizes = new ArrayList<>();
    RowChunks.forEach(
        new ByteArrayInputStream(bytes),
        fold -> true,
        chunk -> {
          sizes.add(chunk.rows());
          for (int row = 0; row < chunk.rows(); row++) {
            long sequence = chunk.sequences()[row];
            assertThat(seen.add(sequence)).isTrue();
            assertThat(SPLIT.fitFold(sequence)).isEqualTo(chunk.fold());
            assertThat(chunk.tokens()[row]).isEqualTo((int) (7 * sequence));
            assertThat(chunk.targets()[2 * row + 1]).isEqualTo((double) -sequence);
            assertThat(chunk.x()[row * 100_000 + 99_999]).isEqualTo(sequence + 0.25f);
          }
        });
    assertThat(seen).hasSize(40);
    assertThat(sizes).hasSizeGreaterThanOrEqualTo(8).allMatch(size -> size <= 5);
    List<Integer> folds = new ArrayList<>();
    RowChunks.forEach(
        new ByteArrayInputStream(bytes),
        fold -> fold == RowChunk.HELD_OUT,
        chunk -> folds.add(chunk.fold()));
    assertThat(folds).isNotEmpty().allMatch(fold -> fold == RowChunk.HELD_OUT);
  }

  @Test
  void aFileThatEndsTooSoonIsNotWhole() throws IOException {
    byte[] bytes = written(3);
    assertThatExceptionOfType(EOFException.class)
        .isThrownBy(
            () ->
                RowChunks.forEach(
                    new ByteArrayInputStream(bytes, 0, bytes.length - 1),
                    fold -> true,
                    chunk -> {}));
  }
}
