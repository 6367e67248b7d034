package dev.microtome.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.util.List;
import java.util.Optional;
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
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/** What a block of GPT-2 small is made of, on a batch of 32 × 128 tokens. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 5, time = 2)
@Fork(1)
public class KernelsBenchmark {
  private static final int BATCH = 32;
  private static final int LENGTH = 128;
  private static final int HEADS = 12;
  private static final int D_HEAD = 64;
  private static final int D_MODEL = 768;
  private static final int D_MLP = 3072;

  @Param({"1", "2"})
  public int threads;

  private NDManager manager;
  private NDArray stream;
  private NDArray hidden;
  private NDArray wIn;
  private NDArray bIn;
  private NDArray wOut;
  private NDArray bOut;
  private NDArray scale;
  private NDArray shift;
  private List<NDArray> heads;

  @Setup
  public void allocate() {
    Torch.threads(threads);
    manager = NDManager.newBaseManager();
    stream = normal(BATCH, LENGTH, D_MODEL);
    hidden = normal(BATCH, LENGTH, D_MLP);
    wIn = normal(D_MLP, D_MODEL);
    bIn = normal(D_MLP);
    wOut = normal(D_MODEL, D_MLP);
    bOut = normal(D_MODEL);
    scale = normal(D_MODEL);
    shift = normal(D_MODEL);
    heads = Kernels.splitHeads(manager, normal(BATCH, LENGTH, 3 * D_MODEL), HEADS, HEADS);
  }

  @TearDown
  public void free() {
    manager.close();
  }

  @Benchmark
  public void layerNorm() {
    Kernels.layerNorm(manager, stream, scale, shift, 1e-5).close();
  }

  @Benchmark
  public void causalAttention() {
    double factor = 1 / Math.sqrt(D_HEAD);
    Kernels.attend(manager, heads.get(0), heads.get(1), heads.get(2), factor, true).close();
  }

  @Benchmark
  public void tanhGelu() {
    Kernels.activation(manager, Activation.GELU_TANH, hidden).close();
  }

  /** Both matrix products and the non-linearity, as a pass that reads nothing inside runs them. */
  @Benchmark
  public void mlp() {
    try (NDArray pre = Kernels.linear(manager, stream, wIn, Optional.of(bIn))) {
      Kernels.activationInPlace(Activation.GELU_TANH, pre);
      Kernels.linear(manager, pre, wOut, Optional.of(bOut)).close();
    }
  }

  private NDArray normal(long... shape) {
    return manager.randomNormal(new Shape(shape));
  }
}
