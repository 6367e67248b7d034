package dev.microtome.jobs.models;

import dev.microtome.config.ConfigException;
import dev.microtome.config.Option;
import dev.microtome.jobs.models.ArchitectureSettings.ActivationKey;
import dev.microtome.model.load.ToyConfig.PositionKind;
import java.io.Serializable;
import java.util.Optional;

/** A model of a sweep: its name, and where it differs from the keys outside of the sweep. */
record Variant(
    @Option(doc = "name of the model: folder and column, of letters, digits, '.', '_' and '-'")
        String name,
    @Option(doc = "seed of weights and batches", orElse = "null") Optional<Long> seed,
    @Option(doc = "highest learning rate", orElse = "null") Optional<Double> learningRate,
    @Option(doc = "architecture.layers", orElse = "null") Optional<Integer> layers,
    @Option(doc = "architecture.heads", orElse = "null") Optional<Integer> heads,
    @Option(doc = "architecture.d-model", orElse = "null") Optional<Integer> dModel,
    @Option(doc = "architecture.d-head", orElse = "null") Optional<Integer> dHead,
    @Option(doc = "architecture.d-mlp", orElse = "null") Optional<Integer> dMlp,
    @Option(doc = "architecture.activation", orElse = "null") Optional<ActivationKey> activation,
    @Option(doc = "architecture.layer-norm", orElse = "null") Optional<Boolean> layerNorm,
    @Option(doc = "architecture.biases", orElse = "null") Optional<Boolean> biases,
    @Option(doc = "architecture.smeared-keys", orElse = "null") Optional<Boolean> smearedKeys,
    @Option(doc = "architecture.tied", orElse = "null") Optional<Boolean> tied,
    @Option(doc = "architecture.positions", orElse = "null") Optional<PositionKind> positions)
    implements Serializable {

  Variant {
    requireName("name", name);
  }

  /** Refuses a name that is not one plain folder name. */
  static void requireName(String key, String name) {
    if (!name.matches("[A-Za-z0-9_][A-Za-z0-9._-]{0,99}") || name.matches("step-?[0-9]+")) {
      throw new ConfigException(
          key,
          name,
          "must be up to 100 letters, digits, '.', '_' and '-', not begin with '.' or '-', and not be called like a step");
    }
  }

  ArchitectureSettings architecture(ArchitectureSettings base) {
    return new ArchitectureSettings(
        layers.orElse(base.layers()),
        heads.orElse(base.heads()),
        dModel.orElse(base.dModel()),
        dHead.or(base::dHead),
        dMlp.orElse(base.dMlp()),
        activation.orElse(base.activation()),
        layerNorm.orElse(base.layerNorm()),
        biases.orElse(base.biases()),
        smearedKeys.orElse(base.smearedKeys()),
        tied.orElse(base.tied()),
        positions.orElse(base.positions()));
  }
}
