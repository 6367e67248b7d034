package dev.microtome.bench;

import ai.djl.ndarray.NDManager;
import com.sun.management.OperatingSystemMXBean;
import dev.microtome.model.ActivationCache;
import dev.microtome.model.ForwardPass;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.TokenBatch;
import dev.microtome.model.Torch;
import dev.microtome.model.load.ModelFiles;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.IntStream;

/**
 * The forward pass of the activation benchmark alone: the MLP's hidden activations and the residual
 * stream of the middle layer, read and thrown away.
 *
 * <pre>ForwardBenchmark MODELS_FOLDER gpt2|pythia70m TASKS THREADS BATCH CONTEXT BATCHES REPEATS
 * </pre>
 *
 * <p>Prints one line of JSON: tokens a second over all tasks, each repeat running every batch once.
 */
public final class ForwardBenchmark {
  private ForwardBenchmark() {}

  public static void main(String[] args) throws Exception {
    BenchModel shape = BenchModel.valueOf(args[1].toUpperCase(Locale.ROOT));
    int tasks = Integer.parseInt(args[2]);
    int threads = Integer.parseInt(args[3]);
    int batch = Integer.parseInt(args[4]);
    int context = Integer.parseInt(args[5]);
    int batches = Integer.parseInt(args[6]);
    int repeats = Integer.parseInt(args[7]);
    Torch.threads(threads);
    try (NDManager manager = NDManager.newBaseManager();
        HookedTransformer model = load(shape, Path.of(args[0]), manager)) {
      ForwardPass pass =
          ForwardPass.reading(
              HookPoint.parse("blocks." + shape.middleLayer() + ".mlp.hook_post"),
              HookPoint.parse("blocks." + shape.middleLayer() + ".hook_resid_post"));
      List<TokenBatch> inputs = inputs(shape, batch, context, batches);
      run(model, pass, manager, inputs.subList(0, Math.min(tasks, batches)), tasks);
      double[] rates = new double[repeats];
      OperatingSystemMXBean process =
          ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
      long cpuBefore = process.getProcessCpuTime();
      for (int i = 0; i < repeats; i++) {
        long start = System.nanoTime();
        run(model, pass, manager, inputs, tasks);
        rates[i] = (double) batch * context * batches / ((System.nanoTime() - start) / 1e9);
      }
      double cpuMicros =
          (process.getProcessCpuTime() - cpuBefore)
              / 1e3
              / ((double) batch * context * batches * repeats);
      Arrays.sort(rates);
      System.out.printf(
          Locale.ROOT,
          "{\"workload\": \"collect_activations\", \"peer\": \"microtome forward\", \"model\": \"%s\", \"tasks\": %d, \"threads\": %d,"
              + " \"batch\": %d, \"context\": %d, \"min\": %.1f, \"median\": %.1f, \"max\": %.1f, \"cpu_us_per_token\": %.1f, \"gflops\": %.1f}%n",
          args[1],
          tasks,
          threads,
          batch,
          context,
          rates[0],
          rates[repeats / 2],
          rates[repeats - 1],
          cpuMicros,
          rates[repeats / 2] * shape.flopsPerToken(context) / 1e9);
    }
  }

  private static HookedTransformer load(BenchModel shape, Path models, NDManager manager)
      throws IOException {
    return HookedTransformer.load(ModelFiles.open(shape.folder(models)), manager);
  }

  private static List<TokenBatch> inputs(BenchModel shape, int batch, int context, int batches) {
    Random random = new Random(0);
    return IntStream.range(0, batches)
        .mapToObj(
            i ->
                TokenBatch.of(
                    IntStream.range(0, batch)
                        .mapToObj(row -> random.ints(context, 0, shape.dVocab).toArray())
                        .toList()))
        .toList();
  }

  private static void run(
      HookedTransformer model,
      ForwardPass pass,
      NDManager manager,
      List<TokenBatch> inputs,
      int tasks)
      throws InterruptedException {
    List<Thread> threads =
        IntStream.range(0, tasks)
            .mapToObj(
                task ->
                    new Thread(
                        () -> {
                          for (int i = task; i < inputs.size(); i += tasks) {
                            try (ActivationCache cache = model.run(inputs.get(i), pass, manager)) {
                              cache.points();
                            }
                          }
                        }))
            .toList();
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      thread.join();
    }
  }
}
