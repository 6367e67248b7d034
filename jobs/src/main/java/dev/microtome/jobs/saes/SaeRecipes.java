package dev.microtome.jobs.saes;

import dev.microtome.optim.Adam;
import dev.microtome.optim.CoefficientWarmUp;
import dev.microtome.optim.LearningRate;
import dev.microtome.run.InputException;
import dev.microtome.sae.Auxiliary;
import dev.microtome.sae.BatchTopKSae;
import dev.microtome.sae.DecoderNorms;
import dev.microtome.sae.Encoding;
import dev.microtome.sae.Formulation;
import dev.microtome.sae.GatedSae;
import dev.microtome.sae.JumpReluSae;
import dev.microtome.sae.MatryoshkaSae;
import dev.microtome.sae.Normalization;
import dev.microtome.sae.ReluSae2023;
import dev.microtome.sae.ReluSae2024;
import dev.microtome.sae.SaeArchitecture;
import dev.microtome.sae.SaeConfig;
import dev.microtome.sae.TopKSae;
import dev.microtome.sae.training.ResamplingPlan;
import dev.microtome.sae.training.SaeGroup;
import dev.microtome.sae.training.SaeOptimizer;
import dev.microtome.sae.training.SaeRecipe;
import java.util.List;
import java.util.stream.Stream;

/** Makes recipes of what configurations say. */
final class SaeRecipes {
  private static final double ADAM_RATE = 4e-4;
  private static final double THRESHOLD_RATE = 0.01;

  private SaeRecipes() {}

  /**
   * The recipe of one SAE.
   *
   * @param steps of the training, of each worker
   * @param workers that share the tokens out: a feature that has not fired over a worker's share of
   *     {@code dead-after-tokens} has not over all of them
   * @param rounds what they do between two averages
   * @throws InputException naming the SAE if its numbers do not fit each other or the hook
   */
  static SaeRecipe of(
      String name,
      SaeSettings settings,
      SaeInput input,
      long steps,
      int workers,
      RoundSettings rounds) {
    requireResampling(name, settings, steps, workers);
    int dIn = input.columns().width();
    int dSae = settings.dSae().orElse(Math.multiplyExact(settings.expansion(), dIn));
    try {
      SaeConfig config = config(settings, input, dSae, workers);
      SaeRecipe recipe =
          new SaeRecipe(
              name,
              config,
              optimizer(settings),
              learningRate(
                  settings, dSae, steps, rounds.learningRateFactor(settings.optimizer(), workers)),
              new CoefficientWarmUp(
                  config.architecture().sparsity(), share(settings.sparsityWarmUp(), steps)),
              Math.max(1, settings.deadAfterTokens() / workers),
              new ResamplingPlan(
                  settings.resample(), settings.resampleInputs(), settings.resampleDeadSteps()),
              settings.seed());
      SaeGroup.requireTrainable(recipe, settings.batchSize());
      return recipe;
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "SAE '%s' at hook '%s': %s".formatted(name, input.hook(), e.getMessage()), e);
    }
  }

  /** Dead features are given new weights by one worker's inputs, which it also rebuilds. */
  private static void requireResampling(
      String name, SaeSettings settings, long steps, int workers) {
    boolean resamples =
        settings.architecture() == ArchitectureKey.RELU_2023
            && settings.resample().stream().anyMatch(step -> step < steps);
    if (resamples && (workers > 1 || settings.target().isPresent())) {
      throw new InputException(
          "SAE '%s': resample = %s is for autoencoders trained by one worker; resample = [] goes with %s"
              .formatted(
                  name, settings.resample(), workers > 1 ? "workers = " + workers : "a target"));
    }
  }

  private static SaeConfig config(SaeSettings settings, SaeInput input, int dSae, int workers) {
    SaeConfig config =
        SaeConfig.of(architecture(settings, dSae, workers), input.columns().width(), dSae)
            .with(settings.normalization().meaning());
    if (settings.target().isEmpty()) {
      return config;
    }
    int dOut = input.columns().targetWidth();
    Encoding encoding = config.architecture().encoding();
    boolean inSaeLens = encoding instanceof Encoding.Relu || encoding instanceof Encoding.JumpRelu;
    boolean inSparsify =
        encoding instanceof Encoding.TopK
            && dOut == config.dIn()
            && (config.normalization() == Normalization.NONE
                || config.normalization() == Normalization.EXPECTED_AVERAGE_NORM);
    if (!inSaeLens && !inSparsify) {
      throw new IllegalArgumentException(
          "there is no format for a transcoder by %s from %d to %d dimensions: SAELens has one for relu, relu-2023, batchtopk, jumprelu and matryoshka, sparsify one for topk between equal widths without a norm of each token"
              .formatted(config.architecture().name(), config.dIn(), dOut));
    }
    return settings.skip() ? config.skippingTo(dOut) : config.transcodingTo(dOut);
  }

  private static SaeOptimizer optimizer(SaeSettings settings) {
    return switch (settings.optimizer()) {
      case ADAM -> SaeOptimizer.adam(new Adam(settings.beta1(), settings.beta2(), 1e-8, 0, false));
      case SIGNUM -> SaeOptimizer.signum();
    };
  }

  private static LearningRate learningRate(
      SaeSettings settings, int dSae, long steps, double factor) {
    if (settings.optimizer() == SaeSettings.OptimizerKey.SIGNUM) {
      double rate = settings.learningRate().orElse(SaeOptimizer.Signum.defaultRate(dSae));
      return LearningRate.builder(factor * rate, steps).build();
    }
    long warmUp = share(settings.warmUp(), steps);
    return LearningRate.builder(factor * settings.learningRate().orElse(ADAM_RATE), steps)
        .warmUp(warmUp)
        .decay(Math.min(share(settings.decay(), steps), steps - warmUp))
        .build();
  }

  private static long share(double share, long steps) {
    return Math.round(share * steps);
  }

  private static SaeArchitecture architecture(SaeSettings settings, int dSae, int workers) {
    // A threshold is the mean over the same tokens, whoever sees them.
    double thresholdRate = Math.min(1, THRESHOLD_RATE * workers);
    Auxiliary auxiliary =
        new Auxiliary(settings.auxiliary(), settings.auxiliaryK(), Formulation.PAPER);
    return switch (settings.architecture()) {
      case RELU_2023 -> new ReluSae2023(settings.l1());
      case RELU -> new ReluSae2024(settings.l1());
      case GATED -> new GatedSae(settings.l1());
      case TOPK -> new TopKSae(settings.k(), auxiliary, DecoderNorms.UNIT);
      case BATCHTOPK -> new BatchTopKSae(settings.k(), auxiliary, DecoderNorms.UNIT, thresholdRate);
      case JUMPRELU ->
          new JumpReluSae(
              settings.l0(),
              settings.bandwidth(),
              new JumpReluSae.Count(),
              JumpReluSae.Estimate.THRESHOLD,
              0,
              Formulation.PAPER);
      case MATRYOSHKA ->
          new MatryoshkaSae(
              widths(settings, dSae),
              settings.k(),
              auxiliary,
              MatryoshkaSae.Scope.WHOLE,
              DecoderNorms.UNIT,
              thresholdRate);
    };
  }

  private static List<Integer> widths(SaeSettings settings, int dSae) {
    return settings.widths().isEmpty()
        ? Stream.of(16, 8, 4, 2, 1)
            .map(part -> dSae / part)
            .filter(width -> width > 0)
            .distinct()
            .toList()
        : settings.widths();
  }
}
