package dev.microtome.dynamics;

import dev.microtome.linalg.Matrix;
import dev.microtome.table.Column;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.List;

/** The losses of one token under all checkpoints: a column of the PCA. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record LossColumnRow(
    @Column(doc = "sequence of the tokens table") long sequenceId,
    @Column(doc = "place of the predicted token in its sequence, from 1", unit = "tokens")
        int position,
    @Column(doc = "the predicted token") int tokenId,
    @Column(doc = "little-endian float32, in the order of model and step", unit = "nats")
        byte[] losses) {
  /** Numbers of a block, 8 MB: what is centred and multiplied at a time. */
  private static final int BLOCK_NUMBERS = 1 << 20;

  static LossColumnRow of(long sequenceId, int position, int tokenId, float[] losses) {
    ByteBuffer bytes =
        ByteBuffer.allocate(losses.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asFloatBuffer().put(losses);
    return new LossColumnRow(sequenceId, position, tokenId, bytes.array());
  }

  /** How many columns of so many checkpoints make a block. */
  public static int blockColumns(int checkpoints) {
    return Math.max(1, BLOCK_NUMBERS / checkpoints);
  }

  /**
   * Columns side by side.
   *
   * @return [checkpoints, columns]
   */
  public static Matrix block(List<LossColumnRow> columns, int checkpoints) {
    double[] data = new double[Math.multiplyExact(checkpoints, columns.size())];
    for (int column = 0; column < columns.size(); column++) {
      FloatBuffer losses =
          ByteBuffer.wrap(columns.get(column).losses)
              .order(ByteOrder.LITTLE_ENDIAN)
              .asFloatBuffer();
      for (int row = 0; row < checkpoints; row++) {
        data[row * columns.size() + column] = losses.get(row);
      }
    }
    return Matrix.of(checkpoints, columns.size(), data);
  }
}
