package dev.microtome.jobs.erase;

import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Rows of one hook point on their way through its eraser, some thousand at a time. */
final class HookRows {
  static final int BATCH_ROWS = 2048;

  private final int dimensions;
  private final Eraser eraser;
  private final RowWriter<ActivationArrayRow> writer;
  private final List<ActivationArrayRow> waiting = new ArrayList<>();
  private final List<List<String>> labels = new ArrayList<>();

  /** What is done to activations. */
  @FunctionalInterface
  interface Eraser {
    /**
     * Erases the concept.
     *
     * @param labels of each activation; nothing that an eraser of activations alone looks at
     */
    List<float[]> apply(List<float[]> rows, List<List<String>> labels);
  }

  /**
   * No rows yet.
   *
   * @param dimensions numbers of an activation
   */
  HookRows(int dimensions, Eraser eraser, RowWriter<ActivationArrayRow> writer) {
    this.dimensions = dimensions;
    this.eraser = eraser;
    this.writer = writer;
  }

  /**
   * Takes a row, whose activation must be finite and of the eraser's width.
   *
   * @throws IllegalArgumentException if it is not
   */
  void add(ActivationArrayRow row, List<String> label) throws IOException {
    if (row.activation().length != dimensions) {
      throw new IllegalArgumentException(
          "%d numbers, where rows before have %d".formatted(row.activation().length, dimensions));
    }
    ProbeSampleRow.requireFinite(row.activation());
    waiting.add(row);
    labels.add(label);
    if (waiting.size() == BATCH_ROWS) {
      flush();
    }
  }

  /** The same of an eraser that looks at no label; the message names the place. */
  void add(ActivationArrayRow row, String path) throws IOException {
    try {
      add(row, List.of());
    } catch (IllegalArgumentException e) {
      throw new RejectedContentException(
          "%s: %s, sequence_id %d, position %d: %s"
              .formatted(path, row.hook(), row.sequenceId(), row.position(), e.getMessage()),
          e);
    }
  }

  void flush() throws IOException {
    List<float[]> erased =
        eraser.apply(waiting.stream().map(ActivationArrayRow::activation).toList(), labels);
    for (int i = 0; i < erased.size(); i++) {
      ActivationArrayRow row = waiting.get(i);
      writer.write(
          new ActivationArrayRow(
              row.hook(), row.sequenceId(), row.position(), row.tokenId(), erased.get(i)));
    }
    waiting.clear();
    labels.clear();
  }

  void close() throws IOException {
    writer.close();
  }
}
