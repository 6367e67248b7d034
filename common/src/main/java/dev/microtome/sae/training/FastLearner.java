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
import dev.microtome.sae.JumpReluSae;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.PreBias;
import dev.microtome.sae.ReluSae2023;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.Trained;
import dev.microtome.sae.stream.RowBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A TopK autoencoder, BatchTopK, Matryoshka, ReLU with L1 or JumpReLU by {@link SaeTrainer}. TopK's
 * loss is that trainer's: the error and AuxK as fractions of the batch's variance. The others' is
 * that of {@link dev.microtome.sae.SaeGradients}.
 *
 * <p>{@link Normalization#EXPECTED_AVERAGE_NORM} takes its factor from the first batch.
 */
final class FastLearner implements SaeLearner {
  /** As in {@code dense.py} and SAELens. */
  private static final double LAYER_NORM_EPSILON = 1e-5;

  private final SaeRecipe recipe;
  private final int threads;
  private SaeTrainer trainer;
  private double factor = 1;
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
        && TopKShape.fits(config.dIn(), config.dSae())
        && config.architecture().decoderNorms() != DecoderNorms.IN_FEATURES
        && config.mapping() == Mapping.AUTOENCODER
        && (config.preBias() == PreBias.TIED
            || isRelu(config.architecture())
            || config.architecture() instanceof JumpReluSae);
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
    } else if (architecture instanceof ReluSae2023) {
      return recipe.resampling().steps().stream()
          .noneMatch(step -> step <= recipe.learningRate().steps());
    } else if (architecture instanceof ReluSae2024 relu) {
      return relu.power() == 1;
    }
    return false;
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
      learner.factor = Double.parseDouble(numbers.get(0));
      learner.threshold = Double.parseDouble(numbers.get(1));
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      throw new InputException("Training state %s cannot be read: %s".formatted(state, e), e);
    }
    learner.trainer = SaeTrainer.resume(learner.settings(), step -> learner.rows, threads, state);
    return learner;
  }

  /** The file beside a state that has the factor of the activations and the running threshold. */
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
      factor = DenseTrainer.factor(array.get(), recipe.config().dIn());
    }
    take(batch);
    trainer = SaeTrainer.start(settings(), step -> rows, threads);
  }

  private void take(RowBatch batch) {
    rows =
        recipe.config().normalization() == Normalization.NONE
            ? batch.rows()
            : normalized(batch.rows());
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

  private float[][] normalized(float[][] raw) {
    if (normalized.length != raw.length) {
      normalized = new float[raw.length][recipe.config().dIn()];
    }
    for (int i = 0; i < raw.length; i++) {
      switch (recipe.config().normalization()) {
        case NONE, EXPECTED_AVERAGE_NORM -> scale(raw[i], 0, factor, normalized[i]);
        case CONSTANT_NORM -> toConstantNorm(raw[i], normalized[i]);
        case LAYER_NORM -> toUnitDeviation(raw[i], normalized[i]);
      }
    }
    return normalized;
  }

  private static void scale(float[] raw, double mean, double by, float[] target) {
    for (int j = 0; j < raw.length; j++) {
      target[j] = (float) (by * (raw[j] - mean));
    }
  }

  /** To the norm √d; a row of zeros stays. */
  private static void toConstantNorm(float[] raw, float[] target) {
    double square = squares(raw, 0);
    scale(raw, 0, square == 0 ? 1 : Math.sqrt(raw.length / square), target);
  }

  /** To mean 0 and an unbiased standard deviation of 1. */
  private static void toUnitDeviation(float[] raw, float[] target) {
    double sum = 0;
    for (float value : raw) {
      sum += value;
    }
    double mean = sum / raw.length;
    double deviation = Math.sqrt(squares(raw, mean) / (raw.length - 1));
    scale(raw, mean, 1 / (deviation + LAYER_NORM_EPSILON), target);
  }

  private static double squares(float[] raw, double mean) {
    double sum = 0;
    for (float value : raw) {
      sum += (value - mean) * (value - mean);
    }
    return sum;
  }

  @Override
  public void writeState(Path file) {
    trainer.writeState(file);
    try {
      Files.writeString(numbersFile(file), factor + "\n" + threshold + "\n");
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
          new Trained(config, parameters, threshold, factor, factor), source, owner);
    }
  }

  @Override
  public void close() {
    if (trainer != null) {
      trainer.close();
    }
  }
}
