package dev.microtome.dynamics;

import dev.microtome.linalg.Matrix;
import dev.microtome.stats.PcaFitter;
import dev.microtome.table.Column;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;

/** What a part of the tokens adds to the inner products of the centred checkpoints. */
@SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
public record LossGramRow(
    @Column(doc = "number of checkpoints", unit = "checkpoints") int checkpoints,
    @Column(doc = "little-endian float64 [checkpoints, checkpoints]", unit = "nats²") byte[] gram) {

  /** What a fitter has seen. */
  public static LossGramRow of(PcaFitter fitter) {
    Matrix gram = fitter.gram();
    double[] values = gram.toArray();
    ByteBuffer bytes =
        ByteBuffer.allocate(Math.multiplyExact(values.length, Double.BYTES))
            .order(ByteOrder.LITTLE_ENDIAN);
    bytes.asDoubleBuffer().put(values);
    return new LossGramRow(gram.rows(), bytes.array());
  }

  /** A fitter that has seen it. */
  public PcaFitter fitter() {
    DoubleBuffer values = ByteBuffer.wrap(gram).order(ByteOrder.LITTLE_ENDIAN).asDoubleBuffer();
    double[] all = new double[values.remaining()];
    values.get(all);
    return PcaFitter.of(Matrix.of(checkpoints, checkpoints, all));
  }
}
