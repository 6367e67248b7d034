package dev.microtome.jobs.erase;

import static org.assertj.core.api.Assertions.assertThat;

import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HookRowsTest {
  /** More rows than a batch has: each is erased by its own label and stays where it was. */
  @Test
  void batchesKeepRowsAndLabelsTogether() throws IOException {
    List<ActivationArrayRow> written = new ArrayList<>();
    List<Integer> batches = new ArrayList<>();
    HookRows rows =
        new HookRows(
            1,
            (vectors, labels) -> {
              batches.add(vectors.size());
              assertThat(labels).hasSameSizeAs(vectors);
              List<float[]> erased = new ArrayList<>();
              for (int i = 0; i < vectors.size(); i++) {
                erased.add(
                    new float[] {vectors.get(i)[0] - Float.parseFloat(labels.get(i).get(0))});
              }
              return erased;
            },
            new RowWriter<>() {
              @Override
              public void write(ActivationArrayRow row) {
                written.add(row);
              }

              @Override
              public void close() {}
            });
    int count = HookRows.BATCH_ROWS + 3;
    for (int i = 0; i < count; i++) {
      rows.add(
          new ActivationArrayRow("h", i, 2 * i, 3 * i, new float[] {5 * i}),
          List.of(Integer.toString(i)));
    }
    rows.flush();

    assertThat(batches).containsExactly(HookRows.BATCH_ROWS, 3);
    assertThat(written).hasSize(count);
    for (int i = 0; i < count; i++) {
      ActivationArrayRow row = written.get(i);
      assertThat(List.of(row.sequenceId(), row.position(), row.tokenId()))
          .isEqualTo(List.of((long) i, 2 * i, 3 * i));
      assertThat(row.activation()).containsExactly(4 * i);
    }
  }
}
