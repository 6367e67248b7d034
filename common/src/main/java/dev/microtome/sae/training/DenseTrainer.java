package dev.microtome.sae.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import dev.microtome.optim.Adam;
import dev.microtome.optim.Gradients;
import dev.microtome.optim.OptimizerState;
import dev.microtome.sae.AverageNorm;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.Constraints;
import dev.microtome.sae.Finishing;
import dev.microtome.sae.Mapping;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.PreBias;
import dev.microtome.sae.Resampling;
import dev.microtome.sae.Sae;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeBatch;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.SaeGradients;
import dev.microtome.sae.SaeInitialization;
import dev.microtome.sae.SaeLosses;
import dev.microtome.sae.SaeSource;
import dev.microtome.sae.Trained;
import dev.microtome.sae.stream.MixedBatches;
import dev.microtome.sae.stream.RowBatch;
import dev.microtome.sae.stream.RowColumns;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The training of an SAE of any architecture: dense gradients by {@link SaeGradients}, one of
 * torch's optimisers on every parameter.
 *
 * <p>The first batch sets what depends on data: b_dec of a tied pre-bias to the mean activation,
 * and the factor of {@link Normalization#EXPECTED_AVERAGE_NORM}.
 *
 * <p>Memory: five times the weights, and some arrays [n, dSae].
 */
final class DenseTrainer implements SaeLearner {
  private final SaeRecipe recipe;
  private final NDManager memory;
  private final Map<String, NDArray> parameters;
  private final SaeGradients gradients;
  private final OptimizerState optimizer;
  private final IdleFeatures idleFeatures;
  private long steps;
  private double inputFactor = 1;
  private double outputFactor = 1;
  private double threshold;
  private boolean begun;

  private DenseTrainer(SaeRecipe recipe, NDManager parent) {
    this.recipe = recipe;
    memory = parent.newSubManager();
    SaeConfig config = recipe.config();
    parameters = SaeInitialization.of(config, recipe.seed(), memory);
    gradients = new SaeGradients(config, parameters, memory);
    optimizer = adam(recipe).start(parameters, memory);
    idleFeatures = new IdleFeatures(config.dSae(), recipe.deadAfterTokens());
  }

  /**
   * The optimiser's constants.
   *
   * @throws IllegalArgumentException if it is another one than Adam
   */
  static Adam adam(SaeRecipe recipe) {
    if (recipe.optimizer() instanceof SaeOptimizer.OfAdam adam) {
      return adam.constants();
    }
    SaeConfig config = recipe.config();
    throw new IllegalArgumentException(
        "optimizer of a %s is %s (%d × %d weights), expected Adam: others are there for TopK and its kin of at most %d weights"
            .formatted(
                config.architecture().name(),
                recipe.optimizer(),
                config.dIn(),
                config.dSae(),
                TopKShape.LARGEST));
  }

  /** Begins a training. */
  static DenseTrainer start(SaeRecipe recipe, NDManager parent) {
    return new DenseTrainer(recipe, parent);
  }

  /** Goes on from what {@link #writeState} wrote. */
  static DenseTrainer resume(SaeRecipe recipe, NDManager parent, Path file) {
    DenseTrainer trainer = new DenseTrainer(recipe, parent);
    try (DenseState stored = DenseState.open(file, recipe)) {
      stored.fill(trainer.tensors());
      stored.fill(trainer.idleFeatures.idle());
      trainer.steps = Long.parseLong(stored.number("steps"));
      trainer.inputFactor = Double.parseDouble(stored.number("input_factor"));
      trainer.outputFactor = Double.parseDouble(stored.number("output_factor"));
      trainer.threshold = Double.parseDouble(stored.number("threshold"));
      trainer.optimizer.resumeAfter(trainer.steps);
      trainer.begun = true;
      return trainer;
    } catch (RuntimeException e) {
      trainer.close();
      throw e;
    }
  }

  @Override
  public SaeRecipe recipe() {
    return recipe;
  }

  @Override
  public long steps() {
    return steps;
  }

  @Override
  public void begin(RowBatch rowBatch, Supplier<NDArray> array) {
    NDArray rows = array.get();
    try (NDManager scope = rows.getManager().newSubManager()) {
      batch(rows, rowBatch.size(), scope);
    }
  }

  @Override
  public SaeStep step(RowBatch rowBatch, Supplier<NDArray> array) {
    NDArray rows = array.get();
    double rate = recipe.learningRate().at(steps);
    double sparsity = recipe.sparsity().at(steps);
    int batchRows = rowBatch.size();
    try (NDManager scope = rows.getManager().newSubManager()) {
      SaeBatch batch = batch(rows, batchRows, scope);
      SaeLosses losses = gradients.of(batch, sparsity);
      requireFinite("Loss", losses.total(), rate, sparsity);
      List<NDArray> changes = losses.gradients();
      requireFinite("Gradient norm", Gradients.norm(changes), rate, sparsity);
      Constraints.onGradientsInPlace(recipe.config(), parameters, changes);
      optimizer.step(changes, rate);
      Constraints.onParametersInPlace(recipe.config(), parameters);
      threshold = nextThreshold(losses.features());
      DenseKernels.Facts facts =
          DenseKernels.facts(scope, losses.features(), losses.reconstruction(), batch.target());
      idleFeatures.add(facts.fired());
      steps++;
      return new SaeStep(
          steps,
          losses.total(),
          losses.parts(),
          facts.l0(),
          1 - facts.error() / facts.variance(),
          idleFeatures.deadFraction(batchRows),
          rate);
    }
  }

  private SaeArchitecture architecture() {
    return recipe.config().architecture();
  }

  private void requireFinite(String what, double value, double rate, double sparsity) {
    if (!Double.isFinite(value)) {
      throw new SaeDivergedException(what, value, steps + 1, rate, sparsity);
    }
  }

  private double nextThreshold(NDArray features) {
    double rate = ThresholdRate.of(architecture(), steps);
    return rate == 0 ? threshold : BatchTopKSae.nextThreshold(threshold, rate, features);
  }

  private SaeBatch batch(NDArray rows, int batchRows, NDManager scope) {
    SaeConfig config = recipe.config();
    boolean autoencoder = config.mapping() == Mapping.AUTOENCODER;
    NDArray raw = autoencoder ? rows : DenseKernels.columns(scope, rows, 0, config.dIn());
    NDArray rawTarget =
        autoencoder
            ? rows
            : DenseKernels.columns(scope, rows, config.dIn(), config.dIn() + config.dOut());
    if (!begun && config.normalization() == Normalization.EXPECTED_AVERAGE_NORM) {
      inputFactor = factor(raw, config.dIn());
      outputFactor = factor(rawTarget, config.dOut());
    }
    NDArray x = normalized(scope, raw, inputFactor);
    NDArray target = autoencoder ? x : target(scope, rawTarget);
    if (!begun && config.preBias() == PreBias.TIED) {
      DenseKernels.setInPlace(parameters.get("b_dec"), DenseKernels.meanRow(scope, x));
    }
    begun = true;
    return new SaeBatch(x, target, Optional.of(scope.create(idleFeatures.dead(batchRows))));
  }

  static double factor(NDArray x, int width) {
    AverageNorm norm = new AverageNorm(width);
    norm.add(x);
    return norm.factor();
  }

  private NDArray normalized(NDManager scope, NDArray x, double factor) {
    return switch (recipe.config().normalization()) {
      case NONE -> x;
      case EXPECTED_AVERAGE_NORM -> DenseKernels.scaled(scope, x, factor);
      case CONSTANT_NORM -> DenseKernels.constantNorm(scope, x);
      case LAYER_NORM -> DenseKernels.layerNorm(scope, x);
    };
  }

  /** What a transcoder rebuilds: normalised by the mean norm at most, as it comes out raw. */
  private NDArray target(NDManager scope, NDArray raw) {
    return recipe.config().normalization() == Normalization.EXPECTED_AVERAGE_NORM
        ? DenseKernels.scaled(scope, raw, outputFactor)
        : raw;
  }

  @Override
  public void resample(Supplier<MixedBatches> ahead, RowColumns columns) throws IOException {
    if (!Resampler.isDue(recipe, steps)) {
      return;
    }
    int[] dead = idleFeatures.deadAfterSteps(recipe.resampling().deadAfterSteps());
    float[][] inputs = new Resampler(recipe, ahead, columns).draw(dead, steps, this::losses);
    if (inputs.length == 0) {
      return;
    }
    try (NDManager scope = memory.newSubManager()) {
      Resampling.applyInPlace(
          parameters.get("W_enc"),
          parameters.get("b_enc"),
          parameters.get("W_dec"),
          dead,
          normalized(scope, scope.create(inputs), inputFactor));
    }
    Map<String, NDArray> sums = optimizer.tensors();
    for (String kind : List.of("exp_avg.", "exp_avg_sq.")) {
      Resampling.forgetInPlace(
          sums.get(kind + "W_enc"), sums.get(kind + "b_enc"), sums.get(kind + "W_dec"), dead);
    }
    idleFeatures.wake(dead);
  }

  private double[] losses(RowBatch inputs) {
    try (NDManager scope = memory.newSubManager()) {
      NDArray x =
          scope.create(inputs.bytes(), new Shape(inputs.size(), inputs.width()), DataType.FLOAT32);
      return DenseKernels.rowLosses(
          scope, normalized(scope, x, inputFactor), parameters, recipe.sparsity().at(steps));
    }
  }

  private Map<String, NDArray> tensors() {
    Map<String, NDArray> tensors = new LinkedHashMap<>();
    parameters.forEach((name, array) -> tensors.put("parameter." + name, array));
    optimizer.tensors().forEach((name, array) -> tensors.put("optimizer." + name, array));
    return tensors;
  }

  @Override
  public void writeState(Path file) {
    DenseState.write(
        file,
        recipe,
        Map.of(
            "steps",
            Long.toString(steps),
            "input_factor",
            Double.toString(inputFactor),
            "output_factor",
            Double.toString(outputFactor),
            "threshold",
            Double.toString(threshold)),
        tensors(),
        idleFeatures.idle());
  }

  @Override
  public void writeShared(Path file) {
    Map<String, List<Long>> shapes = new LinkedHashMap<>();
    parameters.forEach(
        (name, array) ->
            shapes.put(name, Arrays.stream(array.getShape().getShape()).boxed().toList()));
    int[] idle = idleFeatures.idle();
    SharedWeights.write(
        file,
        SharedWeights.writer(recipe, threshold, shapes, idle.length),
        out -> {
          for (NDArray array : parameters.values()) {
            out.floats(array.toFloatArray());
          }
          out.longs(Arrays.stream(idle).asLongStream().toArray());
        });
  }

  @Override
  public void adopt(SharedWeights shared) {
    try (NDManager scope = memory.newSubManager()) {
      parameters.forEach(
          (name, array) ->
              DenseKernels.setInPlace(array, scope.create(shared.floats(name), array.getShape())));
    }
    long[] idle = shared.idle();
    Arrays.setAll(idleFeatures.idle(), i -> (int) idle[i]);
    threshold = shared.threshold();
  }

  @Override
  public Sae finished(SaeSource source, NDManager owner) {
    return Finishing.finish(
        new Trained(recipe.config(), parameters, threshold, inputFactor, outputFactor),
        source,
        owner);
  }

  @Override
  public void close() {
    memory.close();
  }
}
