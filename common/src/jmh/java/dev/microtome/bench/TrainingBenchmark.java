package dev.microtome.bench;

import dev.microtome.model.Activation;
import dev.microtome.model.Torch;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.optim.LearningRate;
import dev.microtome.training.TokenMixture;
import dev.microtome.training.TokenSource;
import dev.microtome.training.Trainer;
import dev.microtome.training.TrainingSettings;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;

/**
 * Steps of training in the shapes of the peers' {@code toy_train.py}.
 *
 * <pre>TrainingBenchmark attn_only|mlp TASKS THREADS STEPS</pre>
 *
 * <p>As many models as tasks are trained at once, each by so many threads. Prints one line of JSON:
 * tokens a second of all models together, over the steps after the first two, which all begin at
 * once.
 */
public final class TrainingBenchmark {
  private static final int SKIPPED = 2;

  private TrainingBenchmark() {}

  private enum Shape {
    ATTN_ONLY(128, 0, 64, 128, 256),
    MLP(256, 1024, 1024, 256, 32);

    final int dModel;
    final int dMlp;
    final int dVocab;
    final int sequence;
    final int batch;

    Shape(int dModel, int dMlp, int dVocab, int sequence, int batch) {
      this.dModel = dModel;
      this.dMlp = dMlp;
      this.dVocab = dVocab;
      this.sequence = sequence;
      this.batch = batch;
    }

    ToyConfig config() {
      ToyConfig.Builder config =
          ToyConfig.builder(dVocab, sequence).layers(2).width(dModel).heads(4, dModel / 4);
      return (dMlp > 0 ? config.mlp(dMlp, Activation.GELU) : config).build();
    }
  }

  public static void main(String[] args) throws Exception {
    Shape shape = Shape.valueOf(args[0].toUpperCase(Locale.ROOT));
    int tasks = Integer.parseInt(args[1]);
    int threads = Integer.parseInt(args[2]);
    int steps = Integer.parseInt(args[3]);
    Torch.threads(1);
    Random random = new Random(0);
    TokenMixture tokens =
        TokenMixture.of(
            TokenSource.of(
                IntStream.range(0, 4 * shape.batch)
                    .mapToObj(i -> random.ints(shape.sequence, 0, shape.dVocab).toArray())
                    .toList()));
    TrainingSettings settings =
        TrainingSettings.builder(
                shape.batch, shape.sequence, LearningRate.builder(1e-3, steps).build())
            .build();
    double[][] seconds = new double[tasks][steps];
    CyclicBarrier together = new CyclicBarrier(tasks);
    List<Thread> running = new ArrayList<>();
    for (int task = 0; task < tasks; task++) {
      double[] own = seconds[task];
      Thread thread =
          new Thread(
              () -> {
                try (Trainer trainer = Trainer.start(shape.config(), settings, tokens, threads)) {
                  for (int step = 0; step < steps; step++) {
                    together.await();
                    long start = System.nanoTime();
                    trainer.next();
                    own[step] = (System.nanoTime() - start) / 1e9;
                  }
                } catch (Exception e) {
                  throw new IllegalStateException(e);
                }
              });
      thread.start();
      running.add(thread);
    }
    for (Thread thread : running) {
      thread.join();
    }
    double[] rates =
        IntStream.range(SKIPPED, steps)
            .mapToDouble(
                step ->
                    (double) tasks
                        * shape.batch
                        * shape.sequence
                        / Arrays.stream(seconds).mapToDouble(own -> own[step]).max().orElseThrow())
            .sorted()
            .toArray();
    System.out.printf(
        Locale.ROOT,
        "{\"workload\": \"toy_train\", \"peer\": \"microtome\", \"shape\": \"%s\", \"tasks\": %d,"
            + " \"threads\": %d, \"min\": %.1f, \"median\": %.1f, \"max\": %.1f}%n",
        args[0],
        tasks,
        threads,
        rates[0],
        rates[rates.length / 2],
        rates[rates.length - 1]);
  }
}
