package dev.microtome.circuits;

import dev.microtome.linalg.Matrix;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.FrameworkWeights.Head;
import dev.microtome.model.HeadIndex;
import dev.microtome.model.ModelConfig;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/**
 * How much of what an earlier head writes a later head reads: ‖OV₁·M‖ / (‖OV₁‖·‖M‖) in Frobenius
 * norms, in [0, 1], with M the later head's QK (through its queries), QKᵀ (through its keys) or OV
 * (through its values).
 *
 * <p>Random matrices of these shapes do not give 0 but about 1/√dModel; the paper subtracts that,
 * here it is left in. Norms come from [dHead, dHead] alone; two layers of heads are in memory at a
 * time, and a pair costs 3 · dHead² · dModel multiplications.
 *
 * @param first the earlier head
 * @param second the later head
 * @param q Q-composition
 * @param k K-composition
 * @param v V-composition
 * @param virtualNorm ‖OV₁·OV₂‖, not divided: the size of the virtual head
 */
public record Composition(
    HeadIndex first, HeadIndex second, double q, double k, double v, double virtualNorm) {

  /** Every pair of heads of two different layers, by second layer, first layer and heads. */
  public static void ofAllPairs(FrameworkWeights weights, Consumer<Composition> sink) {
    ModelConfig config = weights.config();
    for (int later = 1; later < config.nLayers(); later++) {
      List<Side> readers = sides(weights, later);
      for (int earlier = 0; earlier < later; earlier++) {
        List<Side> writers = sides(weights, earlier);
        for (Side writer : writers) {
          for (Side reader : readers) {
            sink.accept(of(writer, reader));
          }
        }
      }
    }
  }

  private static Composition of(Side writer, Side reader) {
    double virtual = norm(writer, reader.head.wV(), reader.oGram);
    return new Composition(
        writer.index,
        reader.index,
        ratio(norm(writer, reader.head.wQ(), reader.kGram), writer.ovNorm * reader.qkNorm),
        ratio(norm(writer, reader.head.wK(), reader.qGram), writer.ovNorm * reader.qkNorm),
        ratio(virtual, writer.ovNorm * reader.ovNorm),
        virtual);
  }

  /** ‖W_V·(W_O·input)·rest‖, rest given by rest·restᵀ. */
  private static double norm(Side writer, Matrix input, Matrix restGram) {
    Matrix between = writer.head.wO().times(input);
    return Math.sqrt(Math.max(0, writer.vGram.times(between).inner(between.times(restGram))));
  }

  private static double ratio(double norm, double norms) {
    return norms == 0 ? 0 : norm / norms;
  }

  private static List<Side> sides(FrameworkWeights weights, int layer) {
    return IntStream.range(0, weights.config().nHeads())
        .mapToObj(head -> Side.of(new HeadIndex(layer, head), weights.head(layer, head)))
        .toList();
  }

  /** A head with what every pair needs of it. */
  private record Side(
      HeadIndex index,
      Head head,
      Matrix vGram,
      Matrix oGram,
      Matrix qGram,
      Matrix kGram,
      double ovNorm,
      double qkNorm) {

    static Side of(HeadIndex index, Head head) {
      return new Side(
          index,
          head,
          head.wV().transposeTimes(head.wV()),
          head.wO().timesTranspose(head.wO()),
          head.wQ().transposeTimes(head.wQ()),
          head.wK().transposeTimes(head.wK()),
          head.ov().frobeniusNorm(),
          head.qk().frobeniusNorm());
    }
  }
}
