package dev.microtome.jobs.models;

import com.google.auto.service.AutoService;
import dev.microtome.config.ConfigException;
import dev.microtome.config.InputPath;
import dev.microtome.corpus.GeneratedCorpus;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.models.ModelPart.MixedTokens;
import dev.microtome.jobs.models.TrainModelConfig.Format;
import dev.microtome.model.load.Gpt2Files;
import dev.microtome.model.load.ToyConfig;
import dev.microtome.run.Digest;
import dev.microtome.run.InputException;
import dev.microtome.table.RowReader;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenRow;
import dev.microtome.text.TokenSequence;
import dev.microtome.training.TrainingRow;
import dev.microtome.training.TrainingSettings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * Trains small transformers from tokens and keeps them at chosen steps.
 *
 * <p>Reads tables {@code tokens}. Writes {@code model/step-N} folders ({@code model/NAME/step-N} in
 * a sweep), which every job takes as checkpoints, and the table {@code training}. A part is a
 * model; killed, it goes on from where it last saved and ends with the same weights.
 *
 * <pre>{@code
 * spark-submit microtome.jar train-model --config conf/jobs/train-model.conf \
 *   --set tokens=runs/corpus --set steps=2000 --output runs/models
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class TrainModel implements Job<TrainModelConfig, ModelPart> {
  static final String MODEL = "model";

  /** Sequences of each table that the plan looks at. */
  private static final int SAMPLE = 256;

  @Override
  public String name() {
    return "train-model";
  }

  @Override
  public String summary() {
    return "Train small transformers, one or a sweep of them, with checkpoints";
  }

  @Override
  public Class<TrainModelConfig> configType() {
    return TrainModelConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(TrainingRow.TABLE);
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(
        new ArtifactSpec(
            MODEL,
            "step-N/{config.json, model.safetensors}, in a sweep NAME/step-N/…",
            "The model after N updates, as a folder of the toy family or of GPT-2, float32; with the tokenizer.json of a generated corpus"));
  }

  @Override
  public Plan<ModelPart> plan(TrainModelConfig config, Inputs inputs) {
    List<List<TableInput.TableFile>> files = new ArrayList<>();
    StringBuilder digests = new StringBuilder();
    Set<String> tokenizers = new HashSet<>();
    int largest = 0;
    for (InputPath path : config.tokens()) {
      TableInput table = inputs.table(path, "tokens", TokenSequence.class);
      if (table.rows() == 0) {
        throw new InputException("tokens %s: the table has no rows".formatted(path));
      }
      requireLongEnough(
          path, table, config.sequenceLength().orElse(config.contextLength()), inputs.tables());
      files.add(table.files());
      digests.append(table.digest()).append('\n');
      largest = Math.max(largest, vocabularySize(path, table).orElse(0));
      tokenizers.add(tokenizer(path, table, inputs));
    }
    if (config.vocabularySize().isEmpty() && largest == 0) {
      throw new ConfigException(
          "vocabulary-size", "null", "must be set: the tokens do not say it in their metadata");
    }
    int dVocab = config.vocabularySize().orElse(largest);
    if (dVocab < largest) {
      throw new ConfigException(
          "vocabulary-size", dVocab, "must be at least that of the tokens, " + largest);
    }
    List<Double> weights = IntStream.range(0, files.size()).mapToObj(config::tokenWeight).toList();
    MixedTokens tokens =
        new MixedTokens(
            files,
            weights,
            Digest.of(digests.append(weights).toString()),
            tokenizers.size() == 1 ? tokenizers.iterator().next() : "");
    List<ModelPart> parts = new ArrayList<>();
    if (config.sweep().isEmpty()) {
      parts.add(
          part(
              config,
              MODEL,
              MODEL,
              config.architecture().toy(dVocab, config.contextLength()),
              config.settings(config.learningRate(), config.seed()),
              tokens));
    }
    for (Variant variant : config.sweep()) {
      parts.add(
          part(
              config,
              variant.name(),
              MODEL + "/" + variant.name(),
              variant.architecture(config.architecture()).toy(dVocab, config.contextLength()),
              config.settings(
                  variant.learningRate().orElse(config.learningRate()),
                  variant.seed().orElse(config.seed())),
              tokens));
    }
    long steps = config.steps() * parts.size();
    return new Plan<>(parts, "steps", steps, steps, -1);
  }

  /** What a generate-corpus run keeps beside its tokens; empty where there is nothing. */
  private static String tokenizer(InputPath path, TableInput table, Inputs inputs) {
    String run = table.path().substring(0, table.path().lastIndexOf('/'));
    String file = run + "/" + GeneratedCorpus.TOKENIZER + "/" + GeneratedCorpus.TOKENIZER_FILE;
    try {
      return inputs.files().exists(file) ? inputs.files().readString(file) : "";
    } catch (IOException e) {
      throw new InputException("tokens %s: %s cannot be read: %s".formatted(path, file, e), e);
    }
  }

  private static ModelPart part(
      TrainModelConfig config,
      String name,
      String folder,
      ToyConfig architecture,
      TrainingSettings settings,
      MixedTokens tokens) {
    if (config.format() == Format.GPT2) {
      requireGpt2(name, architecture);
    }
    return new ModelPart(
        name,
        folder,
        architecture,
        settings,
        config.checkpoints().schedule(config.steps()),
        config.format(),
        config.saveEvery(),
        tokens);
  }

  /** Looks at the first sequences of a table; the training looks at all of them. */
  private static void requireLongEnough(
      InputPath path, TableInput table, int length, TableReader tables) {
    int looked = 0;
    for (TableInput.TableFile file : table.files()) {
      long rows = Math.min(file.rows(), SAMPLE - looked);
      try (RowReader<TokenSequence> reader =
          tables.read(file.path(), TokenSequence.class, 0, rows)) {
        while (reader.hasNext()) {
          TokenSequence sequence = reader.next();
          if (sequence.tokens().length < length) {
            throw new InputException(
                "tokens %s: sequence %d has %d tokens, sequences of %d are asked for"
                    .formatted(path, sequence.sequenceId(), sequence.tokens().length, length));
          }
          looked++;
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      if (looked == SAMPLE) {
        return;
      }
    }
  }

  private static void requireGpt2(String name, ToyConfig architecture) {
    try {
      Gpt2Files.checkExpressible(architecture.modelConfig());
    } catch (InputException e) {
      throw new InputException("model '%s': %s".formatted(name, e.getMessage()), e);
    }
    if (architecture.biases()) {
      throw new InputException(
          "model '%s': format = gpt2 needs architecture.biases = false, it is true: GPT-2 has no bias at its unembedding"
              .formatted(name));
    }
  }

  private static OptionalInt vocabularySize(InputPath path, TableInput table) {
    String value = table.metadata().get(TokenRow.VOCABULARY_SIZE);
    try {
      return value == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(value));
    } catch (NumberFormatException e) {
      throw new InputException(
          "tokens %s: metadata '%s' is '%s', expected a whole number"
              .formatted(path, TokenRow.VOCABULARY_SIZE, value),
          e);
    }
  }

  @Override
  public TaskMemory memory(TrainModelConfig config, Plan<ModelPart> plan, Inputs inputs) {
    long largest = plan.parts().stream().mapToLong(ModelPart::trainingBytes).max().orElse(0);
    return new TaskMemory(
        largest, "weights, gradients and moments of the largest model, and a step's activations");
  }

  @Override
  public void run(TrainModelConfig config, Plan<ModelPart> plan, JobContext context) {
    context.runParts(plan, new TrainTask());
  }
}
