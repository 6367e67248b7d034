package dev.microtome.jobs.saes;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** What one SAE is and how it is trained: keys of the group {@code sae}. */
record SaeSettings(
    @Option(
            doc =
                "relu-2023 (Bricken et al.), relu (L1 weighted by decoder norms, April 2024), gated, topk, batchtopk, jumprelu or matryoshka",
            orElse = "topk")
        ArchitectureKey architecture,
    @Option(doc = "features as a multiple of the hook's width, 1 to 256", orElse = "8")
        int expansion,
    @Option(doc = "features; null: expansion times the hook's width", orElse = "null")
        Optional<Integer> dSae,
    @Option(
            doc = "features of a token in topk; their mean in batchtopk and matryoshka",
            orElse = "32")
        int k,
    @Option(doc = "coefficient of the L1 penalty of relu-2023, relu and gated", orElse = "5.0")
        double l1,
    @Option(doc = "coefficient of the L0 penalty of jumprelu", orElse = "0.001") double l0,
    @Option(doc = "width of the window in which jumprelu's thresholds learn", orElse = "0.001")
        double bandwidth,
    @Option(
            doc =
                "widths of matryoshka's inner dictionaries, growing, the last one all features; []: 1/16, 1/8, 1/4, 1/2 and all",
            orElse = "[]")
        List<Integer> widths,
    @Option(
            doc =
                "coefficient of the loss by which topk, batchtopk and matryoshka revive dead features; 0 for none",
            orElse = "0.03125")
        double auxiliary,
    @Option(doc = "dead features at most in that loss", orElse = "512") int auxiliaryK,
    @Option(
            doc = "tokens over which a feature has not fired when it counts as dead",
            orElse = "10000000")
        long deadAfterTokens,
    @Option(
            doc = "steps after which relu-2023 gives its dead features new weights",
            orElse = "[25000, 50000, 75000, 100000]")
        List<Long> resample,
    @Option(doc = "tokens by whose losses new weights are drawn", orElse = "819200")
        int resampleInputs,
    @Option(
            doc = "steps over which a feature has not fired when it gets new weights",
            orElse = "12500")
        long resampleDeadSteps,
    @Option(
            doc =
                "what is done to activations, folded into what is saved where it can be: none, expected-average-norm, constant-norm or layer-norm",
            orElse = "none")
        NormalizationKey normalization,
    @Option(
            doc =
                "adam, or signum (topk, batchtopk and matryoshka alone): sign descent without a schedule, as sparsify has it",
            orElse = "adam")
        OptimizerKey optimizer,
    @Option(
            doc =
                "highest learning rate; null: 0.0004, of signum 0.005 times the root of 16384/d-sae",
            orElse = "null")
        Optional<Double> learningRate,
    @Option(doc = "decay of adam's mean of gradients", orElse = "0.9") double beta1,
    @Option(doc = "decay of adam's mean of squared gradients", orElse = "0.999") double beta2,
    @Option(
            doc = "share of the steps over which adam's learning rate grows to that",
            orElse = "0.0")
        double warmUp,
    @Option(doc = "share of the steps, at the end, over which it falls to 0", orElse = "0.2")
        double decay,
    @Option(doc = "share of the steps over which the penalty's coefficient grows", orElse = "0.05")
        double sparsityWarmUp,
    @Option(doc = "tokens of a batch; SAEs with the same share a stream", orElse = "4096")
        int batchSize,
    @Option(doc = "seed of the first weights", orElse = "0") long seed,
    @Option(
            doc =
                "hook point that is rebuilt from the one encoded, by a transcoder; null: the same, by an autoencoder",
            orElse = "null")
        Optional<String> target,
    @Option(doc = "whether a transcoder has a linear map beside its features", orElse = "false")
        boolean skip)
    implements Serializable {

  /** Optimisers by the names of configurations. */
  enum OptimizerKey {
    ADAM,
    SIGNUM
  }

  SaeSettings {
    widths = List.copyOf(widths);
    resample = List.copyOf(resample);
    for (long step : resample) {
      atLeast("resample", step, 1);
    }
    atLeast("resample-inputs", resampleInputs, 1);
    atLeast("resample-dead-steps", resampleDeadSteps, 1);
    atLeast("expansion", expansion, 1);
    if (expansion > 256) {
      throw new ConfigException("expansion", expansion, "must be at most 256");
    }
    dSae.ifPresent(features -> atLeast("d-sae", features, 1));
    atLeast("k", k, 1);
    notNegative("l1", l1);
    notNegative("l0", l0);
    positive("bandwidth", bandwidth);
    notNegative("auxiliary", auxiliary);
    atLeast("auxiliary-k", auxiliaryK, 1);
    atLeast("dead-after-tokens", deadAfterTokens, 1);
    learningRate.ifPresent(rate -> positive("learning-rate", rate));
    fraction("beta1", beta1);
    fraction("beta2", beta2);
    notNegative("warm-up", warmUp);
    notNegative("decay", decay);
    if (warmUp + decay > 1) {
      throw new ConfigException(
          "decay", decay, "must be at most 1 together with warm-up, " + warmUp);
    }
    notNegative("sparsity-warm-up", sparsityWarmUp);
    if (sparsityWarmUp > 1) {
      throw new ConfigException("sparsity-warm-up", sparsityWarmUp, "must be at most 1");
    }
    atLeast("batch-size", batchSize, 1);
    if (target.filter(hook -> hook.contains("*")).isPresent()) {
      throw new ConfigException("target", target.get(), "must be one hook point, without '*'");
    }
    if (skip && target.isEmpty()) {
      throw new ConfigException("skip", "true", "goes with a target");
    }
    boolean keepsLargest =
        architecture == ArchitectureKey.TOPK
            || architecture == ArchitectureKey.BATCHTOPK
            || architecture == ArchitectureKey.MATRYOSHKA;
    if (optimizer == OptimizerKey.SIGNUM && !keepsLargest) {
      throw new ConfigException(
          "optimizer",
          "signum",
          "is there for topk, batchtopk and matryoshka alone, the architecture is "
              + architecture.key());
    }
  }

  private static void atLeast(String key, long value, long least) {
    if (value < least) {
      throw new ConfigException(key, value, "must be at least " + least);
    }
  }

  private static void positive(String key, double value) {
    if (!(value > 0 && Double.isFinite(value))) {
      throw new ConfigException(key, value, "must be a number above 0");
    }
  }

  private static void notNegative(String key, double value) {
    if (!(value >= 0 && Double.isFinite(value))) {
      throw new ConfigException(key, value, "must be at least 0");
    }
  }

  private static void fraction(String key, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new ConfigException(key, value, "must be at least 0 and below 1");
    }
  }
}
