package dev.microtome.sae.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.run.InputException;
import dev.microtome.sae.Auxiliary;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Finishing;
import dev.microtome.sae.Formulation;
import dev.microtome.sae.GatedSae;
import dev.microtome.sae.JumpReluSae;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.ReluSae2023;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.Trained;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.stream.RowColumns;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A TopK autoencoder, BatchTopK, Matryoshka, ReLU with L1, JumpReLU or Gated, or a transcoder of
 * such a kind, by {@link SaeTrainer}. TopK's loss is that trainer's: the error and AuxK as
 * fractions of the batch's variance. The others' is that of {@link dev.microtome.sae.SaeGradients}.
 *
 * <p>{@link Normalization#EXPECTED_AVERAGE_NORM} takes its factors from the first batch.
 */
final class FastLearner implements SaeLearner {
  private final SaeRecipe recipe;
  private final int threads;
  private SaeTrainer trainer;
  private double inputFactor = 1;
  private double outputFactor = 1;
  private double threshold;
  private float[][] rows;
  private float[][] normalized = new float[0][];

  private FastLearner(SaeRecipe recipe, int threads) {
    this.recipe = recipe;
    this.threads = threads;
  }

  /** Whether the fast trainer has what a recipe asks for. */
  static boolean canTrain(SaeRecipe recipe) {
    SaeConfig config = recipe.config();
    return isFast(config.architecture(), recipe)
        && TopKShape.fits(Math.max(config.dIn(), config.dOut()), config.dSae())
        && config.architecture().decoderNorms() != DecoderNorms.IN_FEATURES;
  }

  /** Whether features are the largest of a whole batch. */
  static boolean selectsOfBatches(SaeRecipe recipe) {
    return shape(recipe).selection() == Selection.BATCH;
  }

  private static boolean isRelu(SaeArchitecture architecture) {
    return architecture instanceof ReluSae2023 || architecture instanceof ReluSae2024;
  }

  private static boolean isFast(SaeArchitecture architecture, SaeRecipe recipe) {
    if (architecture instanceof BatchTopKSae batchTopK) {
      return batchTopK.auxiliary().formulation() == Formulation.PAPER;
    } else if (architecture instanceof MatryoshkaSae matryoshka) {
      return matryoshka.auxiliary().formulation() == Formulation.PAPER
          && matryoshka.scope() == MatryoshkaSae.Scope.WHOLE;
    } else if (architecture instanceof TopKSae) {
      return true;
    } else if (!(recipe.optimizer() instanceof SaeOptimizer.OfAdam)) {
      return false;
    } else if (architecture instanceof JumpReluSae jump) {
      return jump.formulation() == Formulation.PAPER
          && jump.penalty() instanceof JumpReluSae.Count
          && jump.estimate() == JumpReluSae.Estimate.THRESHOLD
          && jump.preAct() == 0;
    } else if (architecture instanceof GatedSae gated) {
      return gated.formulation() == Formulation.PAPER;
    } else if (architecture instanceof ReluSae2024 relu) {
      return relu.power() == 1;
    }
    return architecture instanceof ReluSae2023;
  }

  /** Begins a training. */
  static FastLearner start(SaeRecipe recipe, int threads) {
    return new FastLearner(recipe, threads);
  }

  /** Goes on from what {@link #writeState} wrote. */
  static FastLearner resume(SaeRecipe recipe, int threads, Path state) {
    FastLearner learner = new FastLearner(recipe, threads);
    try {
      List<String> numbers = Files.readAllLines(numbersFile(state));
      learner.inputFactor = Double.parseDouble(numbers.get(0));
      learner.outputFactor = Double.parseDouble(numbers.get(1));
      learner.threshold = Double.parseDouble(numbers.get(2));
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      throw new InputException("Training state %s cannot be read: %s".formatted(state, e), e);
    }
    learner.trainer = SaeTrainer.resume(learner.settings(), step -> learner.rows, threads, state);
    return learner;
  }

  /** The file beside a state that has the factors of the activations and the running threshold. */
  static Path numbersFile(Path state) {
    return state.resolveSibling(state.getFileName() + ".numbers");
  }

  private SaeTrainingSettings settings() {
    return new SaeTrainingSettings(
        shape(), recipe.optimizer(), recipe.learningRate(), recipe.seed());
  }

  private TopKShape shape() {
    return shape(recipe);
  }

  /** What the fast trainer makes of a recipe that it can train. */
  static TopKShape shape(SaeRecipe recipe) {
    SaeConfig config = recipe.config();
    TopKShape shape = autoencoder(recipe).withPreBias(config.preBias());
    return config.mapping() == Mapping.AUTOENCODER
        ? shape
        : shape.transcodingTo(config.dOut(), config.mapping());
  }

  private static TopKShape autoencoder(SaeRecipe recipe) {
    SaeConfig config = recipe.config();
    SaeArchitecture architecture = config.architecture();
    DecoderNorm norm =
        architecture.decoderNorms() == DecoderNorms.UNIT
            ? DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT
            : DecoderNorm.FREE;
    if (isRelu(architecture)) {
      return TopKShape.ofRelu(
          config.dIn(),
          config.dSae(),
          config.preBias(),
          architecture instanceof ReluSae2024 ? Penalty.BY_DECODER_NORMS : Penalty.SUM,
          norm,
          recipe.deadAfterTokens());
    }
    if (architecture instanceof JumpReluSae jump) {
      return TopKShape.ofJumpRelu(
          config.dIn(),
          config.dSae(),
          config.preBias(),
          jump.bandwidth(),
          norm,
          recipe.deadAfterTokens());
    }
    if (architecture instanceof GatedSae) {
      return TopKShape.ofGated(
          config.dIn(), config.dSae(), config.preBias(), norm, recipe.deadAfterTokens());
    }
    TopKShape shape = TopKShape.of(config.dIn(), config.dSae(), 1);
    Auxiliary auxiliary;
    if (architecture instanceof TopKSae topK) {
      shape = TopKShape.of(config.dIn(), config.dSae(), topK.k());
      auxiliary = topK.auxiliary();
    } else if (architecture instanceof BatchTopKSae batchTopK) {
      shape = shape.ofBatch(batchTopK.k());
      auxiliary = batchTopK.auxiliary();
    } else {
      MatryoshkaSae matryoshka = (MatryoshkaSae) architecture;
      shape = shape.ofBatch(matryoshka.k()).withWidths(matryoshka.widths());
      auxiliary = matryoshka.auxiliary();
    }
    return shape
        .withAuxiliary(
            auxiliary.coefficient(),
            Math.min(auxiliary.features(config.dIn()), config.dSae()),
            recipe.deadAfterTokens())
        .withDecoderNorm(norm);
  }

  @Override
  public SaeRecipe recipe() {
    return recipe;
  }

  @Override
  public long steps() {
    return trainer == null ? 0 : trainer.step();
  }

  @Override
  public void begin(RowBatch batch, Supplier<NDArray> array) {
    if (recipe.config().normalization() == Normalization.EXPECTED_AVERAGE_NORM) {
      setFactors(array.get());
    }
    take(batch);
    trainer = SaeTrainer.start(settings(), step -> rows, threads);
  }

  private void setFactors(NDArray all) {
    SaeConfig config = recipe.config();
    int dIn = config.dIn();
    if (config.mapping() == Mapping.AUTOENCODER) {
      inputFactor = DenseTrainer.factor(all, dIn);
      outputFactor = inputFactor;
      return;
    }
    try (NDManager scope = all.getManager().newSubManager()) {
      int width = dIn + config.dOut();
      inputFactor = DenseTrainer.factor(DenseKernels.columns(scope, all, 0, dIn), dIn);
      outputFactor =
          DenseTrainer.factor(DenseKernels.columns(scope, all, dIn, width), config.dOut());
    }
  }

  private void take(RowBatch batch) {
    if (recipe.config().normalization() == Normalization.NONE) {
      rows = batch.rows();
    } else {
      if (normalized.length != batch.size()) {
        normalized = new float[batch.size()][batch.width()];
      }
      normalizer().normalize(batch.rows(), normalized);
      rows = normalized;
    }
  }

  private RowNormalizer normalizer() {
    return new RowNormalizer(recipe.config(), inputFactor, outputFactor);
  }

  @Override
  public void resample(Supplier<MixedBatches> ahead, RowColumns columns) throws IOException {
    if (!Resampler.isDue(recipe, steps())) {
      return;
    }
    int[] dead = trainer.silentFor(recipe.resampling().deadAfterSteps() * rows.length);
    float[][] inputs = new Resampler(recipe, ahead, columns).draw(dead, steps(), this::lossesAhead);
    if (inputs.length > 0) {
      normalizer().normalize(inputs, inputs);
      trainer.resample(dead, inputs);
    }
  }

  private double[] lossesAhead(RowBatch inputs) {
    float[][] own = new float[inputs.size()][inputs.width()];
    normalizer().normalize(inputs.rows(), own);
    return trainer.losses(own, recipe.sparsity().at(steps()));
  }

  @Override
  public SaeStep step(RowBatch batch, Supplier<NDArray> array) {
    if (trainer == null) {
      begin(batch, array);
    } else {
      take(batch);
    }
    SaeTrainingStep step = trainer.next(recipe.sparsity().at(trainer.step()));
    double rate = ThresholdRate.of(recipe.config().architecture(), step.step() - 1);
    if (rate > 0) {
      threshold = BatchTopKSae.nextThreshold(threshold, rate, trainer.smallestFeature());
    }
    return new SaeStep(
        step.step(),
        step.loss(),
        parts(step),
        step.l0(),
        step.explainedVariance(),
        step.deadFraction(),
        step.learningRate());
  }

  private Map<String, Double> parts(SaeTrainingStep step) {
    Map<String, Double> parts = new HashMap<>();
    List<Double> errors = step.errors();
    int last = errors.size() - 1;
    if (isRelu(recipe.config().architecture())) {
      return Map.of("mse", errors.get(last), "l1", step.penalty());
    } else if (recipe.config().architecture() instanceof JumpReluSae) {
      return Map.of("mse", errors.get(last), "l0", step.penalty());
    } else if (recipe.config().architecture() instanceof GatedSae) {
      return Map.of(
          "mse", errors.get(last), "l1", step.penalty(), "auxiliary", step.auxiliaryLoss());
    }
    parts.put("auxiliary", shape().auxiliaryWeight() * step.auxiliaryLoss());
    if (recipe.config().architecture() instanceof TopKSae) {
      parts.put("mse", 1 - step.explainedVariance());
    } else {
      parts.put("mse", errors.get(last));
    }
    for (int level = 0; level < last; level++) {
      parts.put("inner_mse_" + shape().widths().get(level), errors.get(level));
    }
    return parts;
  }

  @Override
  public void writeState(Path file) {
    trainer.writeState(file);
    try {
      Files.writeString(
          numbersFile(file), inputFactor + "\n" + outputFactor + "\n" + threshold + "\n");
    } catch (IOException e) {
      throw new InputException("Training state %s cannot be written: %s".formatted(file, e), e);
    }
  }

  @Override
  public void writeShared(Path file) {
    trainer.writeShared(file, recipe, threshold);
  }

  @Override
  public void adopt(SharedWeights shared) {
    trainer.adopt(shared);
    threshold = shared.threshold();
  }

  @Override
  public Sae finished(SaeSource source, NDManager owner) {
    SaeConfig config = recipe.config();
    try (NDManager scope = owner.newSubManager()) {
      Map<String, float[]> weights = trainer.weights();
      Map<String, NDArray> parameters = new LinkedHashMap<>();
      for (Map.Entry<String, Shape> parameter : config.parameters().entrySet()) {
        parameters.put(
            parameter.getKey(),
            scope.create(weights.get(parameter.getKey()), parameter.getValue()));
      }
      return Finishing.finish(
          new Trained(config, parameters, threshold, inputFactor, outputFactor), source, owner);
    }
  }

  @Override
  public void close() {
    if (trainer != null) {
      trainer.close();
    }
  }
}
