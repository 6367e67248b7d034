package dev.microtome.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.model.load.ToyFiles;
import dev.microtome.optim.Gradients;
import dev.microtome.optim.OptimizerState;
import dev.microtome.run.InputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;

/**
 * One model in training, by mean next-token cross-entropy.
 *
 * <pre>{@code
 * try (Trainer trainer = Trainer.start(config, settings, mixture, threads)) {
 *   while (trainer.step() < settings.steps()) {
 *     TrainingStep step = trainer.next();
 *     if (schedule.contains(step.step())) {
 *       trainer.writeModel(folder);
 *       trainer.writeState(state);
 *     }
 *   }
 * }
 * }</pre>
 *
 * <p>{@link #resume} goes on from a written state and ends with the same weights to the last bit.
 * Memory: the weights, AdamW's two sums, the gradients of at most four pieces of a batch and once
 * more for each thread at work, and the activations of about 2,048 positions a thread. Many
 * trainers may run in a process; one is not safe for use by several threads at once.
 */
public final class Trainer implements AutoCloseable {
  /** Pieces of a batch whose gradients are added in this order, whatever the threads. */
  private static final int PIECES = 4;

  private final ToyConfig config;
  private final TrainingSettings settings;
  private final TokenMixture mixture;
  private final NDManager manager;
  private final Map<String, NDArray> parameters = new LinkedHashMap<>();
  private final GradientScript script;
  private final OptimizerState decaying;
  private final OptimizerState lasting;
  private final ExecutorService threads;
  private long step;

  private Trainer(
      ToyConfig config,
      TrainingSettings settings,
      TokenMixture mixture,
      Map<String, float[]> weights,
      int threads) {
    if (threads < 1) {
      throw new IllegalArgumentException("threads must be positive: " + threads);
    }
    this.config = config;
    this.settings = settings;
    this.mixture = mixture;
    manager = NDManager.newBaseManager();
    ToyParameters.shapes(config)
        .forEach((name, shape) -> parameters.put(name, array(weights.get(name), shape)));
    script = new GradientScript(config, parameters, manager);
    decaying = settings.optimizer().start(group(true), manager);
    lasting = settings.optimizer().withoutWeightDecay().start(group(false), manager);
    this.threads = threads == 1 ? null : Executors.newFixedThreadPool(threads, Trainer::daemon);
  }

  private NDArray array(float[] values, Shape shape) {
    return manager.create(values, shape);
  }

  private static Thread daemon(Runnable work) {
    Thread thread = new Thread(work, "gradients");
    thread.setDaemon(true);
    return thread;
  }

  private Map<String, NDArray> group(boolean decays) {
    Map<String, NDArray> group = new LinkedHashMap<>();
    parameters.forEach(
        (name, array) -> {
          if (ToyParameters.isWeight(name) == decays) {
            group.put(name, array);
          }
        });
    return group;
  }

  /**
   * Begins a training with seeded weights.
   *
   * @param threads pieces of a batch that are computed at once; libtorch's own threads should be 1
   * @throws InputException if the sequences do not fit the model
   */
  public static Trainer start(
      ToyConfig config, TrainingSettings settings, TokenMixture mixture, int threads) {
    check(config, settings, mixture);
    return new Trainer(
        config, settings, mixture, Initialization.of(config, settings.seed()), threads);
  }

  /**
   * Goes on from what {@link #writeState} wrote; everything else must be as it was.
   *
   * @throws InputException if the file is not the state of such a training
   */
  public static Trainer resume(
      ToyConfig config, TrainingSettings settings, TokenMixture mixture, int threads, Path state) {
    check(config, settings, mixture);
    try (TrainingState stored = TrainingState.open(state)) {
      Map<String, float[]> weights = new LinkedHashMap<>();
      ToyParameters.shapes(config)
          .forEach((name, shape) -> weights.put(name, stored.parameter(name, shape)));
      Trainer trainer = new Trainer(config, settings, mixture, weights, threads);
      try {
        stored.fill(trainer.optimizerTensors());
        trainer.step = stored.step(config, settings);
        trainer.decaying.resumeAfter(trainer.step);
        trainer.lasting.resumeAfter(trainer.step);
        return trainer;
      } catch (RuntimeException e) {
        trainer.close();
        throw e;
      }
    }
  }

  private static void check(ToyConfig config, TrainingSettings settings, TokenMixture mixture) {
    if (settings.sequenceLength() - 1 > config.nCtx()) {
      throw new InputException(
          "Sequences of %d tokens are %d positions, the model has %d"
              .formatted(settings.sequenceLength(), settings.sequenceLength() - 1, config.nCtx()));
    }
    mixture.check(settings.sequenceLength(), config.dVocab());
  }

  /** Steps done. */
  public long step() {
    return step;
  }

  /**
   * Does the next step.
   *
   * @throws DivergedException if the loss or the gradient is not finite; the weights are then those
   *     of the step before
   * @throws IllegalStateException if all steps are done
   */
  public TrainingStep next() {
    if (step >= settings.steps()) {
      throw new IllegalStateException("all %d steps are done".formatted(step));
    }
    double rate = settings.learningRate().at(step);
    List<int[]> batch =
        Arrays.asList(
            mixture.batch(settings.seed(), step, settings.batchSize(), settings.sequenceLength()));
    long positions = (long) batch.size() * (settings.sequenceLength() - 1);
    try (NDManager scope = manager.newSubManager()) {
      GradientScript.Sums sums = sums(batch, scope);
      double loss = sums.loss() / positions;
      requireFinite("Loss", loss, rate);
      Gradients.scaleInPlace(sums.gradients(), 1.0 / positions);
      double norm = Gradients.norm(sums.gradients());
      requireFinite("Gradient norm", norm, rate);
      Gradients.clipInPlace(sums.gradients(), norm, settings.clipNorm());
      decaying.step(group(sums.gradients(), true), rate);
      lasting.step(group(sums.gradients(), false), rate);
      step++;
      long tokens = step * batch.size() * settings.sequenceLength();
      return new TrainingStep(step, tokens, loss, rate, norm);
    }
  }

  private void requireFinite(String what, double value, double rate) {
    if (!Double.isFinite(value)) {
      throw new DivergedException(what, value, step + 1, rate);
    }
  }

  private List<NDArray> group(List<NDArray> gradients, boolean decays) {
    List<NDArray> group = new ArrayList<>();
    int next = 0;
    for (String name : parameters.keySet()) {
      NDArray gradient = gradients.get(next++);
      if (ToyParameters.isWeight(name) == decays) {
        group.add(gradient);
      }
    }
    return group;
  }

  /** The pieces' sums, added in the order of the pieces. */
  private GradientScript.Sums sums(List<int[]> batch, NDManager scope) {
    List<List<int[]>> pieces =
        IntStream.range(0, PIECES)
            .mapToObj(i -> batch.subList(start(i, batch.size()), start(i + 1, batch.size())))
            .filter(piece -> !piece.isEmpty())
            .toList();
    if (threads == null) {
      return added(pieces.stream().map(piece -> (Piece) () -> piece(piece, scope)).toList());
    }
    List<Future<Result>> results = new ArrayList<>();
    for (List<int[]> piece : pieces) {
      results.add(threads.submit(() -> piece(piece, scope)));
    }
    try {
      return added(results.stream().map(result -> (Piece) () -> await(result)).toList());
    } finally {
      // After a failure the others still write to the scope, which is about to be closed.
      results.forEach(Trainer::settle);
    }
  }

  private static int start(int piece, int batchSize) {
    return (int) ((long) piece * batchSize / PIECES);
  }

  private Result piece(List<int[]> sequences, NDManager scope) {
    NDManager own = scope.newSubManager();
    return new Result(script.sums(sequences, own), own);
  }

  private static GradientScript.Sums added(List<Piece> pieces) {
    GradientScript.Sums first = pieces.get(0).result().sums();
    double loss = first.loss();
    for (Piece piece : pieces.subList(1, pieces.size())) {
      Result more = piece.result();
      GradientScript.addInPlace(first.gradients(), more.sums().gradients());
      loss += more.sums().loss();
      more.owner().close();
    }
    return new GradientScript.Sums(loss, first.gradients());
  }

  private static Result await(Future<Result> result) {
    try {
      return result.get();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("Interrupted while computing gradients", e);
    } catch (ExecutionException e) {
      throw new IllegalStateException("Gradients failed: " + e.getCause(), e.getCause());
    }
  }

  private static void settle(Future<Result> result) {
    boolean interrupted = false;
    while (!result.isDone()) {
      try {
        result.get();
      } catch (InterruptedException e) {
        interrupted = true;
      } catch (ExecutionException e) {
        break;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  /** The weights, row-major, under the names and in the shapes of a toy folder. */
  public Map<String, float[]> weights() {
    Map<String, float[]> weights = new LinkedHashMap<>();
    parameters.forEach((name, array) -> weights.put(name, array.toFloatArray()));
    return weights;
  }

  /** Writes the model as a toy folder. */
  public void writeModel(Path folder) {
    ToyFiles.writeTensors(folder, config, weights());
  }

  /**
   * Writes what {@link #resume} needs: the weights, the optimiser's sums, the number of steps done.
   * A file of that name is replaced at once, so that there is always a whole one.
   *
   * @throws InputException if it cannot be written
   */
  public void writeState(Path file) {
    TrainingState.write(file, step, config, settings, parameters, optimizerTensors());
  }

  private Map<String, NDArray> optimizerTensors() {
    Map<String, NDArray> tensors = new LinkedHashMap<>(decaying.tensors());
    tensors.putAll(lasting.tensors());
    return tensors;
  }

  @Override
  public void close() {
    if (threads != null) {
      threads.shutdown();
    }
    manager.close();
  }

  /** Gradients and the manager they belong to. */
  private record Result(GradientScript.Sums sums, NDManager owner) {}

  /** A piece's gradients, computed when asked for or awaited. */
  @FunctionalInterface
  private interface Piece {
    Result result();
  }
}
