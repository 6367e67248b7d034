package dev.microtome.probing;

import dev.microtome.table.Column;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** A row of a part's sample: an activation and what each concept says of it. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record ProbeSampleRow(
    @Column(doc = "address of the hook point") String hook,
    @Column(doc = "the sequence") long sequenceId,
    @Column(doc = "place in the sequence") int position,
    @Column(doc = "the token; -1 where it is not known") int tokenId,
    @Column(doc = "the activation") float[] activation,
    @Column(
            doc =
                "little-endian float64, of each concept its class, or its numbers; NaN without a label")
        byte[] targets) {

  /**
   * Refuses an activation that no probe can be fitted to.
   *
   * @throws IllegalArgumentException if a number is NaN or infinite
   */
  public static void requireFinite(float[] activation) {
    for (int i = 0; i < activation.length; i++) {
      if (!Float.isFinite(activation[i])) {
        throw new IllegalArgumentException("number %d is %s".formatted(i, activation[i]));
      }
    }
  }

  /** Targets as bytes. */
  public static byte[] bytes(double[] targets) {
    ByteBuffer bytes =
        ByteBuffer.allocate(Double.BYTES * targets.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(targets);
    return bytes.array();
  }

  /** The targets as numbers. */
  public double[] numbers() {
    double[] values = new double[targets.length / Double.BYTES];
    ByteBuffer.wrap(targets).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer().get(values);
    return values;
  }
}
