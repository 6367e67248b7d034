package dev.microtome.jobs.models;

import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.config.Option;
import dev.microtome.optim.AdamW;
import dev.microtome.optim.LearningRate;
import dev.microtome.training.TrainingSettings;
import java.io.Serializable;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Configuration of {@link TrainModel}. */
record TrainModelConfig(
    @Option(doc = "the model") ArchitectureSettings architecture,
    @Option(
            doc =
                "tokens to train on: tokenize or generate-corpus outputs, runs or tables; several are mixed by token-weights")
        List<InputPath> tokens,
    @Option(
            doc = "share of rows of each of the tokens, relative to the others; []: all alike",
            orElse = "[]")
        List<Double> tokenWeights,
    @Option(
            doc =
                "ids of the model's vocabulary; null: as the tokens' metadata say, the largest of them",
            orElse = "null")
        Optional<Integer> vocabularySize,
    @Option(doc = "longest sequence of the model, in tokens", orElse = "128") int contextLength,
    @Option(
            doc =
                "tokens of a sequence in a batch, at most context-length: windows of that length from longer ones; null: context-length",
            orElse = "null")
        Optional<Integer> sequenceLength,
    @Option(doc = "sequences in a batch", orElse = "32") int batchSize,
    @Option(doc = "updates") long steps,
    @Option(doc = "highest learning rate, of AdamW", orElse = "0.001") double learningRate,
    @Option(doc = "steps over which the learning rate grows to that", orElse = "0") long warmUp,
    @Option(
            doc =
                "what the learning rate does after the warm-up: constant, cosine or linear, both down to 0 at the end",
            orElse = "constant")
        Decay decay,
    @Option(doc = "decoupled weight decay of the matrices", orElse = "0.01") double weightDecay,
    @Option(doc = "decay of the mean of gradients", orElse = "0.9") double beta1,
    @Option(doc = "decay of the mean of squared gradients", orElse = "0.999") double beta2,
    @Option(doc = "added to the root of that", orElse = "1e-8") double epsilon,
    @Option(
            doc =
                "longest gradient, all parameters together; a longer one is scaled; 0: any length",
            orElse = "1.0")
        double clipNorm,
    @Option(doc = "which steps are kept as model/step-N, besides 0 and the last")
        CheckpointSettings checkpoints,
    @Option(
            doc =
                "files of a checkpoint: toy (Microtome's own), or gpt2, which Hugging Face loads: for models with layer norms, learned positions and an MLP, without smeared keys and biases (written as zeros)",
            orElse = "toy")
        Format format,
    @Option(
            doc =
                "steps after which a killed training goes on at the latest; 0: from its beginning",
            orElse = "500")
        long saveEvery,
    @Option(doc = "seed of weights and batches", orElse = "0") long seed,
    @Option(
            doc =
                "models to train, a task each, kept as model/NAME/step-N: lists of name and of what differs from the keys above; []: the one model above, kept as model/step-N",
            orElse = "[]")
        List<Variant> sweep)
    implements Serializable {

  /** How the learning rate ends. */
  enum Decay {
    CONSTANT,
    LINEAR,
    COSINE
  }

  /** How a checkpoint is written. */
  enum Format {
    TOY,
    GPT2
  }

  /** Their losses are kept in memory until the training ends. */
  private static final long MOST_STEPS = 1_000_000_000;

  TrainModelConfig {
    tokens = List.copyOf(tokens);
    tokenWeights = List.copyOf(tokenWeights);
    sweep = List.copyOf(sweep);
    if (tokens.isEmpty()) {
      throw new ConfigException("tokens", "[]", "needs at least one table");
    }
    if (!tokenWeights.isEmpty() && tokenWeights.size() != tokens.size()) {
      throw new ConfigException(
          "token-weights",
          tokenWeights,
          "must be as many as tokens, %d, or none".formatted(tokens.size()));
    }
    for (double weight : tokenWeights) {
      if (!(weight > 0 && Double.isFinite(weight))) {
        throw new ConfigException("token-weights", tokenWeights, "must be above 0");
      }
    }
    vocabularySize.ifPresent(size -> atLeast("vocabulary-size", size, 1));
    atLeast("context-length", contextLength, 2);
    atLeast("batch-size", batchSize, 1);
    atLeast("steps", steps, 1);
    if (steps > MOST_STEPS) {
      throw new ConfigException("steps", steps, "must be at most " + MOST_STEPS);
    }
    atLeast("save-every", saveEvery, 0);
    int width = sequenceLength.orElse(contextLength);
    if (width < 2 || width > contextLength) {
      throw new ConfigException(
          "sequence-length", width, "must be from 2 to context-length, " + contextLength);
    }
    if (warmUp < 0 || warmUp > steps) {
      throw new ConfigException("warm-up", warmUp, "must be from 0 to steps, " + steps);
    }
    positive("learning-rate", learningRate);
    positive("epsilon", epsilon);
    notNegative("weight-decay", weightDecay);
    notNegative("clip-norm", clipNorm);
    fraction("beta1", beta1);
    fraction("beta2", beta2);
    Set<String> names = new HashSet<>();
    for (Variant variant : sweep) {
      if (!names.add(variant.name())) {
        throw new ConfigException(
            "sweep", variant.name(), "two models have this name, each must have its own");
      }
      variant.learningRate().ifPresent(rate -> positive("sweep", rate));
    }
    checkpoints.schedule(steps);
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

  double tokenWeight(int index) {
    return tokenWeights.isEmpty() ? 1 : tokenWeights.get(index);
  }

  /** The recipe of one model. */
  TrainingSettings settings(double peak, long modelSeed) {
    LearningRate.Builder rate = LearningRate.builder(peak, steps).warmUp(warmUp);
    switch (decay) {
      case CONSTANT -> {}
      case LINEAR -> rate.decay();
      case COSINE -> rate.cosineTo(0);
    }
    return TrainingSettings.builder(batchSize, sequenceLength.orElse(contextLength), rate.build())
        .optimizer(new AdamW(beta1, beta2, epsilon, weightDecay))
        .clipNorm(clipNorm == 0 ? Double.POSITIVE_INFINITY : clipNorm)
        .seed(modelSeed)
        .build();
  }
}
