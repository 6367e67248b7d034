package dev.microtome.jobs.saes;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import dev.microtome.jobs.saes.SaeSettings.OptimizerKey;
import java.io.Serializable;
import java.util.List;
import java.util.Optional;

/** An SAE of the list {@code saes}: its name, and where it differs from the group {@code sae}. */
record SaeVariant(
    @Option(doc = "name of the SAE: folder and column, of letters, digits, '.', '_' and '-'")
        String name,
    @Option(doc = "hook point; null: each of hooks", orElse = "null") Optional<String> hook,
    @Option(doc = "sae.architecture", orElse = "null") Optional<ArchitectureKey> architecture,
    @Option(doc = "sae.expansion", orElse = "null") Optional<Integer> expansion,
    @Option(doc = "sae.d-sae", orElse = "null") Optional<Integer> dSae,
    @Option(doc = "sae.k", orElse = "null") Optional<Integer> k,
    @Option(doc = "sae.l1", orElse = "null") Optional<Double> l1,
    @Option(doc = "sae.l0", orElse = "null") Optional<Double> l0,
    @Option(doc = "sae.bandwidth", orElse = "null") Optional<Double> bandwidth,
    @Option(doc = "sae.widths", orElse = "null") Optional<List<Integer>> widths,
    @Option(doc = "sae.auxiliary", orElse = "null") Optional<Double> auxiliary,
    @Option(doc = "sae.auxiliary-k", orElse = "null") Optional<Integer> auxiliaryK,
    @Option(doc = "sae.dead-after-tokens", orElse = "null") Optional<Long> deadAfterTokens,
    @Option(doc = "sae.normalization", orElse = "null") Optional<NormalizationKey> normalization,
    @Option(doc = "sae.optimizer", orElse = "null") Optional<OptimizerKey> optimizer,
    @Option(doc = "sae.learning-rate", orElse = "null") Optional<Double> learningRate,
    @Option(doc = "sae.warm-up", orElse = "null") Optional<Double> warmUp,
    @Option(doc = "sae.decay", orElse = "null") Optional<Double> decay,
    @Option(doc = "sae.sparsity-warm-up", orElse = "null") Optional<Double> sparsityWarmUp,
    @Option(doc = "sae.batch-size", orElse = "null") Optional<Integer> batchSize,
    @Option(doc = "sae.seed", orElse = "null") Optional<Long> seed,
    @Option(doc = "sae.target", orElse = "null") Optional<String> target)
    implements Serializable {

  SaeVariant {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}")) {
      throw new ConfigException(
          "name",
          name,
          "must be up to 100 letters, digits, '.', '_' and '-', and not begin with '.' or '-'");
    }
  }

  /** One that differs in nothing but its name. */
  static SaeVariant named(String name) {
    return with(
        name,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }

  /** One of a grid. */
  static SaeVariant with(
      String name,
      Optional<ArchitectureKey> architecture,
      Optional<Integer> expansion,
      Optional<Integer> k,
      Optional<Double> l1,
      Optional<Double> l0,
      Optional<Double> learningRate,
      Optional<Long> seed) {
    return new SaeVariant(
        name,
        Optional.empty(),
        architecture,
        expansion,
        Optional.empty(),
        k,
        l1,
        l0,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        learningRate,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        seed,
        Optional.empty());
  }

  /** The group's settings with this one's in their place. */
  SaeSettings settings(SaeSettings base) {
    return new SaeSettings(
        architecture.orElse(base.architecture()),
        expansion.orElse(base.expansion()),
        // An expansion of its own is not to be overruled by the group's number.
        dSae.or(() -> expansion.isPresent() ? Optional.empty() : base.dSae()),
        k.orElse(base.k()),
        l1.orElse(base.l1()),
        l0.orElse(base.l0()),
        bandwidth.orElse(base.bandwidth()),
        widths.orElse(base.widths()),
        auxiliary.orElse(base.auxiliary()),
        auxiliaryK.orElse(base.auxiliaryK()),
        deadAfterTokens.orElse(base.deadAfterTokens()),
        base.resample(),
        base.resampleInputs(),
        base.resampleDeadSteps(),
        normalization.orElse(base.normalization()),
        optimizer.orElse(base.optimizer()),
        learningRate.or(base::learningRate),
        base.beta1(),
        base.beta2(),
        warmUp.orElse(base.warmUp()),
        decay.orElse(base.decay()),
        sparsityWarmUp.orElse(base.sparsityWarmUp()),
        batchSize.orElse(base.batchSize()),
        seed.orElse(base.seed()),
        target.or(base::target),
        base.skip());
  }
}
