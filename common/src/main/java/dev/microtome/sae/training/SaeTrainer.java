package dev.microtome.sae.training;

import dev.microtome.run.InputException;
import dev.microtome.sae.PreBias;
import dev.microtome.sae.Resampling;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * One sparse autoencoder or transcoder in training: TopK, BatchTopK, Matryoshka, ReLU with an L1
 * penalty, JumpReLU, or Gated.
 *
 * <pre>{@code
 * try (SaeTrainer trainer = SaeTrainer.start(settings, batches, threads)) {
 *   while (trainer.step() < settings.steps()) {
 *     SaeTrainingStep step = trainer.next();
 *   }
 *   Map<String, float[]> weights = trainer.weights();
 * }
 * }</pre>
 *
 * <p>{@link #resume} goes on from a written state and ends with the same weights to the last bit,
 * whatever the threads, on one kind of processor (OpenBLAS chooses its kernels by it). Memory:
 * encoder and decoder with the optimiser's sums (one each for signum, two for Adam), the encoder
 * once more, three times the batch with its gradient (once more for each further width), k slopes
 * and codes a row, and for each thread a tile of the product, 4 MB, and the candidates of a {@link
 * Selection#BATCH}, some 48·k bytes a row; of a ReLU tiles alone ({@link SaeMemory}). One is not
 * safe for use by several threads at once; many may run in a process.
 */
public final class SaeTrainer implements AutoCloseable {
  private final SaeTrainingSettings settings;
  private final BatchSource batches;
  private final TopKParameters parameters;
  private final RowRule rule;
  private final Workers workers;
  private final StepArithmetic arithmetic;
  private long step;
  private long tokens;

  private SaeTrainer(
      SaeTrainingSettings settings, BatchSource batches, TopKParameters parameters, int threads) {
    this.settings = settings;
    this.batches = batches;
    this.parameters = parameters;
    rule = settings.optimizer().start();
    parameters.all().forEach(rule::add);
    workers = new Workers(threads);
    arithmetic =
        switch (settings.shape().selection()) {
          case ROW, BATCH -> new TopKStep(settings.shape(), parameters, rule, workers);
          case POSITIVE, THRESHOLD, GATED ->
              new ReluStep(settings.shape(), parameters, rule, workers);
        };
  }

  /**
   * Begins a training with seeded weights; b_dec is the mean of the first batch where it is
   * subtracted from what is encoded.
   *
   * @param threads at work on a step
   */
  public static SaeTrainer start(SaeTrainingSettings settings, BatchSource batches, int threads) {
    TopKParameters parameters = TopKParameters.of(settings.shape(), settings.seed());
    float[][] first = checked(settings.shape(), batches.batch(0), 0);
    if (settings.shape().preBias() == PreBias.TIED) {
      setToMean(parameters.decoderBias(), first);
    }
    return new SaeTrainer(settings, batches, parameters, threads);
  }

  private static void setToMean(float[] target, float[][] first) {
    double[] mean = new double[target.length];
    for (float[] row : first) {
      for (int j = 0; j < mean.length; j++) {
        mean[j] += row[j];
      }
    }
    for (int j = 0; j < mean.length; j++) {
      target[j] = (float) (mean[j] / first.length);
    }
  }

  /**
   * Goes on from what {@link #writeState} wrote; everything but the threads must be as it was.
   *
   * @throws InputException if the file is not the state of such a training
   */
  public static SaeTrainer resume(
      SaeTrainingSettings settings, BatchSource batches, int threads, Path state) {
    try (SaeState stored = SaeState.open(state, settings)) {
      TopKParameters parameters = TopKParameters.zeros(settings.shape());
      stored.fillParameters(parameters);
      SaeTrainer trainer = new SaeTrainer(settings, batches, parameters, threads);
      try {
        stored.fillSums(trainer.rule);
        trainer.arithmetic.window().resume(stored.sinceFired());
        trainer.step = stored.step();
        trainer.tokens = stored.tokens();
        return trainer;
      } catch (RuntimeException e) {
        trainer.close();
        throw e;
      }
    }
  }

  private static float[][] checked(TopKShape shape, float[][] rows, long step) {
    if (rows.length < 2) {
      throw new InputException(
          "Batch %d has %d rows, expected 2 or more".formatted(step, rows.length));
    }
    for (float[] row : rows) {
      if (row.length != shape.rowWidth()) {
        throw new InputException(
            shape.transcodes()
                ? "SAE expects d_in %d and d_out %d side by side, batch %d has rows of %d"
                    .formatted(shape.dIn(), shape.dOut(), step, row.length)
                : "SAE expects d_in %d, batch %d has rows of %d"
                    .formatted(shape.dIn(), step, row.length));
      }
    }
    return rows;
  }

  /** Steps done. */
  public long step() {
    return step;
  }

  /** Does the next step, without a penalty. */
  public SaeTrainingStep next() {
    return next(0);
  }

  /**
   * Does the next step.
   *
   * @param sparsity coefficient of the penalty in this step
   * @throws InputException if the loss is not a number; the weights are then those of the step
   *     before
   * @throws IllegalStateException if all steps are done
   */
  public SaeTrainingStep next(double sparsity) {
    if (step >= settings.steps()) {
      throw new IllegalStateException("all %d steps are done".formatted(step));
    }
    TopKShape shape = settings.shape();
    double rate = settings.learningRate().at(step);
    StepSums sums = arithmetic.forward(checked(shape, batches.batch(step), step), sparsity);
    double loss = sums.loss(shape);
    if (!Double.isFinite(loss)) {
      throw new SaeDivergedException("Loss", loss, step + 1, rate, sparsity);
    }
    arithmetic.backward(sums, rate);
    step++;
    tokens += sums.rows();
    return new SaeTrainingStep(
        step,
        tokens,
        loss,
        Arrays.stream(sums.squaredErrors()).mapToObj(error -> error / sums.rows()).toList(),
        sums.auxiliaryError() / sums.divisor(shape.lossUnit()),
        sums.penalty() / sums.divisor(shape.lossUnit()),
        1 - sums.squaredError() / sums.variance(),
        (double) sums.active() / sums.rows(),
        (double) arithmetic.window().dead().length / shape.dSae(),
        rate);
  }

  /**
   * Encodes and decodes rows with the weights as they are.
   *
   * @return its codes are overwritten by the next step
   * @throws IllegalStateException of a ReLU, whose features are not kept
   */
  public SaeEvaluation evaluate(float[][] rows) {
    StepSums sums = arithmetic.forward(checked(settings.shape(), rows, step), 0);
    return new SaeEvaluation(arithmetic.codes(), sums.squaredError(), sums.variance());
  }

  /**
   * Copies of the weights in SAELens's names and shapes: {@code W_enc} [d_in, d_sae], {@code W_dec}
   * [d_sae, d_out], {@code b_enc}, {@code b_dec}; {@code log_threshold} of a JumpReLU; {@code
   * b_gate}, {@code r_mag} and {@code b_mag} of a Gated one instead of b_enc; {@code W_skip}
   * [d_out, d_in] of a transcoder that has it. Pre-activations are (x − b_dec)·W_enc + b_enc, or
   * x·W_enc + b_enc without a tied bias.
   */
  public Map<String, float[]> weights() {
    return parameters.saeLens();
  }

  /**
   * Writes what {@link #resume} needs: weights, the optimiser's sums, steps, and when each feature
   * fired. A file of that name is replaced at once.
   *
   * @throws InputException if it cannot be written
   */
  public void writeState(Path file) {
    SaeState.write(
        file, settings, step, tokens, parameters, rule, arithmetic.window().sinceFired());
  }

  /** The smallest feature above zero of the last step's batch; infinite if it had none. */
  double smallestFeature() {
    return arithmetic.codes().smallest();
  }

  /** The features that have not fired over so many tokens. */
  int[] silentFor(long silentTokens) {
    return arithmetic.window().silentFor(silentTokens);
  }

  /** ‖x − x̂‖² and the penalty of each row, by the weights as they are. */
  double[] losses(float[][] rows, double sparsity) {
    return arithmetic.losses(checked(settings.shape(), rows, step), sparsity);
  }

  /**
   * Gives dead features new weights by an input each; the optimiser forgets what it knew of them.
   */
  void resample(int[] dead, float[][] inputs) {
    float[] bias = parameters.encoderBias();
    Resampling.applyInPlace(parameters.encoder(), bias, parameters.decoder(), dead, inputs);
    for (int feature : dead) {
      float[] encoder = parameters.encoder()[feature];
      float[] decoder = parameters.decoder()[feature];
      rule.forget(Parameter.W_ENC, feature, encoder, 0, encoder.length);
      rule.forget(Parameter.W_DEC, feature, decoder, 0, decoder.length);
      rule.forget(Parameter.B_ENC, 0, bias, feature, feature + 1);
    }
    arithmetic.window().wake(dead);
    arithmetic.load();
  }

  /** Writes what workers share. */
  void writeShared(Path file, SaeRecipe recipe, double threshold) {
    Map<Parameter, float[][]> all = parameters.all();
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    all.forEach(
        (name, rows) ->
            shapes.put(name.toString(), List.of((long) rows.length, (long) rows[0].length)));
    SharedWeights.write(
        file,
        SharedWeights.writer(recipe, threshold, shapes, settings.shape().dSae()),
        out -> {
          for (float[][] rows : all.values()) {
            for (float[] row : rows) {
              out.floats(row);
            }
          }
          out.longs(arithmetic.window().sinceFired());
        });
  }

  /** Takes shared weights over. */
  void adopt(SharedWeights shared) {
    parameters
        .all()
        .forEach(
            (name, rows) -> {
              float[] to = new float[rows[0].length];
              for (int i = 0; i < rows.length; i++) {
                shared.read(name.toString(), (long) i * to.length, to, to.length);
                rule.move(name, i, rows[i], to);
              }
            });
    arithmetic.window().resume(shared.idle());
    arithmetic.load();
  }

  @Override
  public void close() {
    arithmetic.close();
    workers.close();
  }
}
