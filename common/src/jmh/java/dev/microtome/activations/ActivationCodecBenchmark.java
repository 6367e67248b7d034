package dev.microtome.activations;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;
import org.openjdk.jmh.infra.Blackhole;

/** Rows of one batch, 4096 tokens of 3072 values, from native memory to bytes: 50 MB as float32. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(1)
public class ActivationCodecBenchmark {
  private static final int ROWS = 4096;
  private static final int WIDTH = 3072;

  @Param({"FLOAT32", "BFLOAT16"})
  public ActivationCodec codec;

  private FloatBuffer values;

  @Setup
  public void fill() {
    values =
        ByteBuffer.allocateDirect(4 * ROWS * WIDTH).order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    Random random = new Random(1);
    for (int i = 0; i < ROWS * WIDTH; i++) {
      values.put(i, (float) random.nextGaussian());
    }
  }

  @Benchmark
  public void encode(Blackhole blackhole) {
    for (int row = 0; row < ROWS; row++) {
      blackhole.consume(codec.encode(values, row * WIDTH, WIDTH));
    }
  }

  @Benchmark
  public int checkFinite() {
    int found = 0;
    for (int row = 0; row < ROWS; row++) {
      found += NonFinite.first(values, row * WIDTH, WIDTH, NonFinite.NegativeInfinity.REFUSED);
    }
    return found;
  }
}
