package dev.microtome.sae.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.microtome.run.InputException;
import java.io.IOException;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MixedBatchesTest {
  @Test
  void anEpochHasEveryRowOnceAndABlockIsReadOnce() throws IOException {
    NumberedRows source = new NumberedRows(10, 100, 37, 263);
    List<Integer> rows = all(source, new StreamSettings(8, 64, 1, 50, 1), 0);

    assertThat(rows).hasSize(400).doesNotHaveDuplicates();
    assertThat(source.opened()).containsExactlyInAnyOrder(0, 1, 2);
    assertThat(source.read()).isEqualTo(400);
  }

  @Test
  void epochsHaveEveryRowAsOftenAndOrdersOfTheirOwn() throws IOException {
    NumberedRows source = new NumberedRows(10, 100, 100, 100, 100, 100, 100);
    List<Integer> rows = all(source, new StreamSettings(10, 60, 3, 180, 1), 0);

    for (int row = 0; row < 600; row++) {
      assertThat(rows.stream().filter(List.of(row)::contains)).hasSize(3);
    }
    assertThat(source.opened()).hasSize(18);
    assertThat(source.opened().subList(0, 6)).isNotEqualTo(source.opened().subList(6, 12));
  }

  @Test
  void theSeedAloneDecides() throws IOException {
    StreamSettings settings = new StreamSettings(8, 64, 1, 40, 1);
    List<Integer> rows = all(new NumberedRows(10, 100, 37, 263), settings, 0);

    assertThat(all(new NumberedRows(10, 100, 37, 263), settings, 0)).isEqualTo(rows);
    assertThat(all(new NumberedRows(10, 100, 37, 263), new StreamSettings(8, 64, 1, 40, 2), 0))
        .isNotEqualTo(rows);
  }

  @ParameterizedTest(name = "after {0} batches")
  @ValueSource(longs = {1, 3, 4, 5, 29, 75, 76, 99, 100})
  void aStreamOpenedLaterGoesOnAsIfItHadGivenTheBatchesBefore(long done) throws IOException {
    NumberedRows source = new NumberedRows(10, 100, 37, 263);
    StreamSettings settings = new StreamSettings(8, 70, 2, 100, 3);
    List<Integer> rows = all(source, settings, 0);

    assertThat(all(source, settings, done)).isEqualTo(rows.subList((int) done * 8, rows.size()));
  }

  /** Also over the border of an epoch, and where a segment is shorter than the buffer. */
  @Test
  void segmentsHaveTheRowsOfTheWholeOnceAndTheirOwnMixing() throws IOException {
    NumberedRows source = new NumberedRows(10, 100, 37, 263);
    StreamSettings settings = new StreamSettings(8, 70, 2, 100, 3);
    List<Integer> rows = new ArrayList<>();
    for (StreamSegment segment :
        List.of(new StreamSegment(0, 40), new StreamSegment(40, 1), new StreamSegment(41, 59))) {
      rows.addAll(segment(source, settings, segment));
    }

    assertThat(rows).hasSize(800);
    for (int row = 0; row < 400; row++) {
      assertThat(rows.stream().filter(List.of(row)::contains)).as("row %d", row).hasSize(2);
    }
    assertThat(segment(source, settings, new StreamSegment(41, 59)))
        .isEqualTo(rows.subList(41 * 8, 800))
        .isNotEqualTo(all(source, settings, 41));
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                MixedBatches.openSegment(source, settings, new StreamSegment(90, 11), Mixing.NONE))
        .withMessage("StreamSegment[firstBatch=90, batches=11] of a stream of 100 batches");
  }

  private static List<Integer> segment(
      RowBlocks source, StreamSettings settings, StreamSegment segment) throws IOException {
    List<Integer> rows = new ArrayList<>();
    try (MixedBatches batches = MixedBatches.openSegment(source, settings, segment, Mixing.NONE)) {
      while (batches.hasNext()) {
        for (float[] row : batches.next().rows()) {
          rows.add((int) row[0]);
        }
      }
    }
    return rows;
  }

  @Test
  void theMixingGoesOnAsWell() throws IOException {
    NumberedRows source = new NumberedRows(10, 500);
    StreamSettings settings = new StreamSettings(8, 70, 1, 60, 3);
    Mixing whole = last(source, settings, 0, Mixing.NONE);
    Mixing before;
    try (MixedBatches batches = MixedBatches.open(source, settings)) {
      for (int i = 0; i < 10; i++) {
        batches.next();
      }
      before = batches.next().mixing();
    }

    assertThat(last(source, settings, 11, before)).isEqualTo(whole);
  }

  /**
   * With rows read in their order and half a buffer of B replaced at a time, sequences of L rows
   * meet in a pair of rows with probability of about 2L/3B: half the buffer has all L rows of a
   * sequence, a quarter half of them, and so on. Without a buffer the share is (L − 1)/L = 0.98.
   */
  @Test
  void neighboursInABatchAreSeldomOfOneSequence() throws IOException {
    NumberedRows source =
        new NumberedRows(50, LongStream.generate(() -> 10_000).limit(40).toArray());
    Mixing mixing = last(source, new StreamSettings(500, 20_000, 1, 780, 5), 0, Mixing.NONE);

    double theory = 2 * 50 / (3 * 20_000.0);
    assertThat(mixing.neighbours()).isEqualTo(780 * 499);
    assertThat(mixing.expectedShare()).isCloseTo(theory, within(0.05 * theory));
    // A count of about 650 has a standard deviation of 26; found within 3 of them.
    assertThat(mixing.share()).isCloseTo(mixing.expectedShare(), within(0.12 * theory));
  }

  @Test
  void aBufferOfTwoBatchesMixesLittle() throws IOException {
    NumberedRows source = new NumberedRows(50, 10_000);
    Mixing mixing = last(source, new StreamSettings(100, 200, 1, 90, 5), 0, Mixing.NONE);

    assertThat(mixing.share()).isGreaterThan(0.1);
  }

  @Test
  void aRowThatIsNoNumberIsNamed() throws IOException {
    NumberedRows source = new NumberedRows(10, 100, 100).breaking(123);
    assertThatThrownBy(() -> all(source, new StreamSettings(10, 40, 1, 20, 1), 0))
        .isInstanceOf(InputException.class)
        .hasMessage(
            "block 1: value 1 of an activation of sequence 12 is NaN, expected a finite number");
  }

  @Test
  void aStreamIsClosedWhileItsReaderWaits() throws IOException {
    MixedBatches batches =
        MixedBatches.open(new NumberedRows(10, 1000), new StreamSettings(10, 40, 1, 100, 1));
    batches.next();
    batches.close();
  }

  @Test
  void moreBatchesThanRowsAreRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> MixedBatches.open(new NumberedRows(1, 99), new StreamSettings(10, 40, 2, 20, 1)))
        .withMessage("20 batches of 10 rows, expected at most 19 from 99 rows and 2 epochs");
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> MixedBatches.open(new NumberedRows(1, 19), new StreamSettings(10, 40, 2, 1, 1)))
        .withMessage("19 rows, expected at least two batches of 10");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StreamSettings(10, 19, 1, 1, 1))
        .withMessage("a buffer of 19 rows, expected at least two batches of 10");
  }

  @Test
  void heldOutRowsLieAtTheEndsOfBlocksSpreadOverAll() {
    assertThat(HeldOut.ends(new long[] {100, 100, 100, 100}, 40)).containsExactly(10, 10, 10, 10);
    assertThat(HeldOut.ends(new long[] {10, 4, 400}, 100)).containsExactly(5, 2, 93);
    assertThat(HeldOut.ends(new long[] {400, 10, 4}, 100)).containsExactly(93, 5, 2);
    assertThat(HeldOut.ends(new long[] {10, 3}, 100)).containsExactly(5, 1);
    long[] many = HeldOut.ends(LongStream.generate(() -> 100).limit(1000).toArray(), 160);
    assertThat(LongStream.of(many).filter(held -> held > 0).toArray()).hasSize(16).containsOnly(10);
    assertThat(many[31]).isEqualTo(10);
  }

  @Test
  void whatIsHeldOutIsNotTrainedOn() throws IOException {
    NumberedRows source = new NumberedRows(10, 100, 5, 95);
    HeldOut held = HeldOut.of(source, 30);

    assertThat(rows(held.rows())).hasSize(30).contains(99, 104, 199).doesNotContain(0, 50, 100);
    assertThat(rows(held.rest())).hasSize(170).doesNotContainAnyElementsOf(rows(held.rows()));
    assertThat(HeldOut.of(source, 0).rows().count()).isZero();
  }

  private static List<Integer> rows(RowBlocks source) throws IOException {
    List<Integer> rows = new ArrayList<>();
    float[] row = new float[NumberedRows.WIDTH];
    for (int block = 0; block < source.count(); block++) {
      try (RowBlocks.Rows open = source.open(block, 0)) {
        for (long i = 0; i < source.rows(block); i++) {
          open.next(row, 0);
          rows.add((int) row[0]);
        }
      }
    }
    return rows;
  }

  private static List<Integer> all(NumberedRows source, StreamSettings settings, long done)
      throws IOException {
    List<Integer> rows = new ArrayList<>();
    try (MixedBatches batches = MixedBatches.openAfter(source, settings, done, Mixing.NONE)) {
      while (batches.hasNext()) {
        RowBatch batch = batches.next();
        FloatBuffer floats = batch.bytes().asFloatBuffer();
        for (int row = 0; row < batch.size(); row++) {
          float[] values = batch.rows()[row];
          assertThat(floats.get(3 * row)).isEqualTo(values[0]);
          assertThat(values[1]).isEqualTo(-values[0]);
          rows.add((int) values[0]);
        }
      }
    }
    return rows;
  }

  private static Mixing last(NumberedRows source, StreamSettings settings, long done, Mixing before)
      throws IOException {
    Mixing mixing = before;
    try (MixedBatches batches = MixedBatches.openAfter(source, settings, done, before)) {
      while (batches.hasNext()) {
        mixing = batches.next().mixing();
      }
    }
    return mixing;
  }
}
