package dev.microtome.sae.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BatchSelectorTest {
  private static final int ROWS = 200;
  private static final int FEATURES = 40;

  private record Entry(int row, int feature, float value) {}

  /** The k·n first in the order of values, then of rows, then of features, by sorting all. */
  private static List<Entry> expected(float[][] rows, float[] bias, double k) {
    List<Entry> all = new ArrayList<>();
    for (int row = 0; row < rows.length; row++) {
      for (int j = 0; j < bias.length; j++) {
        float value = rows[row][j] + bias[j];
        if (value > 0) {
          all.add(new Entry(row, j, value));
        }
      }
    }
    all.sort(
        Comparator.comparing((Entry entry) -> -entry.value())
            .thenComparing(Entry::row)
            .thenComparing(Entry::feature));
    List<Entry> kept =
        new ArrayList<>(all.subList(0, Math.min(all.size(), (int) (k * rows.length))));
    kept.sort(Comparator.comparing(Entry::row).thenComparing(Entry::feature));
    return kept;
  }

  private static List<Entry> entries(SparseCodes codes) {
    List<Entry> entries = new ArrayList<>();
    for (int row = 0; row < codes.rows(); row++) {
      for (int i = 0; i < codes.count(row); i++) {
        entries.add(new Entry(row, codes.index(row, i), codes.value(row, i)));
      }
    }
    return entries;
  }

  /**
   * Few levels make many ties at the threshold; more than there are values above zero are wanted.
   */
  @ParameterizedTest
  @CsvSource({
    "1, 1000000, 1",
    "1, 1000000, 3",
    "0.3, 4, 2",
    "2.5, 3, 3",
    "39.5, 9, 2",
    "0.001, 9, 1"
  })
  void theLargestOfAllRowsAreKeptWhoeverSeesThem(double k, int levels, int workers) {
    Random random = new Random(levels + workers);
    BatchSelector selector = new BatchSelector(k, FEATURES, workers);
    SparseCodes codes = SparseCodes.ofBatch(ROWS, BatchSelector.kept(k, ROWS));
    for (int batch = 0; batch < 3; batch++) {
      float[] bias = new float[FEATURES];
      float[][] rows = new float[ROWS][FEATURES];
      for (int j = 0; j < FEATURES; j++) {
        bias[j] = 0.5f * random.nextInt(2);
      }
      int[] ofWorker = new int[ROWS];
      for (int row = 0; row < ROWS; row++) {
        // The last batch falls: nothing that comes later makes up for a key that is lost.
        int level = batch == 2 ? ROWS - row : 0;
        for (int j = 0; j < FEATURES; j++) {
          float value = (random.nextInt(2 * levels) - levels) / (float) (levels * (1 << batch));
          rows[row][j] = level + value;
        }
        ofWorker[row] = random.nextInt(workers);
      }
      selector.begin(codes);
      // The last worker is first: rows that win ties come when there is a bound.
      for (int worker = workers - 1; worker >= 0; worker--) {
        for (int row = 0; row < ROWS; row++) {
          if (ofWorker[row] == worker) {
            selector.add(worker, row, rows[row], bias, 1);
          }
        }
      }
      selector.finish();

      assertThat(entries(codes)).isEqualTo(expected(rows, bias, k));
    }
  }

  @Test
  void workedValue() {
    BatchSelector selector = new BatchSelector(2, 4, 1);
    SparseCodes codes = SparseCodes.ofBatch(2, 4);

    selector.begin(codes);
    selector.add(0, 0, new float[] {1, -2, 3, -4}, new float[4], 1);
    selector.add(0, 1, new float[] {-5, 6, -7, 8}, new float[4], 1);
    selector.finish();

    assertThat(entries(codes))
        .containsExactly(
            new Entry(0, 0, 1), new Entry(0, 2, 3), new Entry(1, 1, 6), new Entry(1, 3, 8));
    assertThat(codes.smallest()).isEqualTo(1);
  }

  @Test
  void moreThanTheKeysPlacesAreRefused() {
    BatchSelector selector = new BatchSelector(1e-6, 1 << 28, 1);

    assertThatIllegalArgumentException()
        .isThrownBy(() -> selector.begin(SparseCodes.ofBatch(17, 0)))
        .withMessage(
            "17 rows × 268,435,456 features are more places than the 2³² of one selection; a batch of at most 16 rows has a key for each");
  }
}
