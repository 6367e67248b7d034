package dev.microtome.sae.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import dev.microtome.run.InputException;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Finishing;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.PreBias;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.Trained;
import dev.microtome.sae.stream.RowBatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/**
 * A TopK autoencoder by {@link SaeTrainer}. Its loss is that trainer's: the error and AuxK as
 * fractions of the batch's variance.
 *
 * <p>{@link Normalization#EXPECTED_AVERAGE_NORM} takes its factor from the first batch.
 */
final class TopKLearner implements SaeLearner {
  private final SaeRecipe recipe;
  private final int threads;
  private SaeTrainer trainer;
  private double factor = 1;
  private float[][] rows;
  private float[][] scaled = new float[0][];

  private TopKLearner(SaeRecipe recipe, int threads) {
    this.recipe = recipe;
    this.threads = threads;
  }

  /** Whether the fast trainer has what a recipe asks for. */
  static boolean canTrain(SaeRecipe recipe) {
    SaeConfig config = recipe.config();
    return config.architecture() instanceof TopKSae topK
        && topK.decoderNorms() != DecoderNorms.IN_FEATURES
        && config.mapping() == Mapping.AUTOENCODER
        && config.preBias() == PreBias.TIED
        && (config.normalization() == Normalization.NONE
            || config.normalization() == Normalization.EXPECTED_AVERAGE_NORM);
  }

  /** Begins a training. */
  static TopKLearner start(SaeRecipe recipe, int threads) {
    return new TopKLearner(recipe, threads);
  }

  /** Goes on from what {@link #writeState} wrote. */
  static TopKLearner resume(SaeRecipe recipe, int threads, Path state) {
    TopKLearner learner = new TopKLearner(recipe, threads);
    try {
      learner.factor = Double.parseDouble(Files.readString(factorFile(state)).strip());
    } catch (IOException e) {
      throw new InputException("Training state %s cannot be read: %s".formatted(state, e), e);
    }
    learner.trainer = SaeTrainer.resume(learner.settings(), step -> learner.rows, threads, state);
    return learner;
  }

  /** The file beside a state that has the factor of the activations. */
  static Path factorFile(Path state) {
    return state.resolveSibling(state.getFileName() + ".factor");
  }

  private SaeTrainingSettings settings() {
    SaeConfig config = recipe.config();
    TopKSae architecture = (TopKSae) config.architecture();
    TopKShape shape =
        TopKShape.of(config.dIn(), config.dSae(), architecture.k())
            .withAuxiliary(
                architecture.auxiliary().coefficient(),
                Math.min(architecture.auxiliary().features(config.dIn()), config.dSae()),
                recipe.deadAfterTokens())
            .withDecoderNorm(
                architecture.decoderNorms() == DecoderNorms.UNIT
                    ? DecoderNorm.UNIT_WITHOUT_PARALLEL_GRADIENT
                    : DecoderNorm.FREE);
    return new SaeTrainingSettings(shape, recipe.optimizer(), recipe.learningRate(), recipe.seed());
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
    rows = factor == 1 ? batch.rows() : scaled(batch.rows());
  }

  @Override
  public SaeStep step(RowBatch batch, Supplier<NDArray> array) {
    if (trainer == null) {
      begin(batch, array);
    } else {
      take(batch);
    }
    SaeTrainingStep step = trainer.next();
    double auxiliary = step.loss() - (1 - step.explainedVariance());
    return new SaeStep(
        step.step(),
        step.loss(),
        Map.of("mse", 1 - step.explainedVariance(), "auxiliary", auxiliary),
        step.l0(),
        step.explainedVariance(),
        step.deadFraction(),
        step.learningRate());
  }

  private float[][] scaled(float[][] raw) {
    if (scaled.length != raw.length) {
      scaled = new float[raw.length][recipe.config().dIn()];
    }
    for (int i = 0; i < raw.length; i++) {
      for (int j = 0; j < raw[i].length; j++) {
        scaled[i][j] = (float) (factor * raw[i][j]);
      }
    }
    return scaled;
  }

  @Override
  public void writeState(Path file) {
    trainer.writeState(file);
    try {
      Files.writeString(factorFile(file), Double.toString(factor));
    } catch (IOException e) {
      throw new InputException("Training state %s cannot be written: %s".formatted(file, e), e);
    }
  }

  @Override
  public void writeShared(Path file) {
    trainer.writeShared(file, recipe);
  }

  @Override
  public void adopt(SharedWeights shared) {
    trainer.adopt(shared);
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
      return Finishing.finish(new Trained(config, parameters, 0, factor, factor), source, owner);
    }
  }

  @Override
  public void close() {
    if (trainer != null) {
      trainer.close();
    }
  }
}
