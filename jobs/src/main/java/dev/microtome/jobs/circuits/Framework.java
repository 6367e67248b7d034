package dev.microtome.jobs.circuits;

import com.google.auto.service.AutoService;
import dev.microtome.circuits.TrueBigramRow;
import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.inputs.CheckpointKinds;
import dev.microtome.model.FrameworkWeights;
import dev.microtome.model.FrameworkWeights.Folding;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Reads the circuits of the mathematical framework (Elhage et al. 2021) off the weights of every
 * checkpoint; no text is needed.
 *
 * <p>Writes {@code bigrams}, {@code bigram_fit}, {@code circuit_scores}, {@code composition},
 * {@code virtual_heads}, {@code skip_trigrams}. A part is a checkpoint.
 *
 * <pre>{@code
 * spark-submit microtome.jar framework --config conf/jobs/framework.conf \
 *   --set checkpoints=runs/models --output runs/framework
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class Framework implements Job<FrameworkConfig, FrameworkPart> {
  /** Beyond this the skip-trigrams of a head take minutes: 2 · 32,768² · 64 is 137 · 10⁹. */
  private static final int LARGEST_SKIP_TRIGRAM_VOCABULARY = 1 << 15;

  @Override
  public String name() {
    return "framework";
  }

  @Override
  public String summary() {
    return "Read circuits, composition, bigrams and skip-trigrams off the weights of checkpoints";
  }

  @Override
  public Class<FrameworkConfig> configType() {
    return FrameworkConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(
        FrameworkTables.BIGRAMS,
        FrameworkTables.BIGRAM_FIT,
        FrameworkTables.SCORES,
        FrameworkTables.COMPOSITION,
        FrameworkTables.VIRTUAL_HEADS,
        FrameworkTables.SKIP_TRIGRAMS);
  }

  @Override
  public Plan<FrameworkPart> plan(FrameworkConfig config, Inputs inputs) {
    Optional<TableInput> truth =
        config.trueBigrams().map(path -> inputs.table(path, "bigrams", TrueBigramRow.class));
    List<FrameworkPart> parts = new ArrayList<>();
    long rows = 0;
    CheckpointKinds<Long> rowsOf =
        new CheckpointKinds<>(
            inputs,
            (checkpoint, files) -> {
              ModelWeights.check(files);
              requireFits(config, checkpoint, files.config());
              return rows(config, files.config());
            });
    try {
      for (Checkpoint checkpoint : inputs.checkpoints(config.checkpoints())) {
        rows += rowsOf.of(checkpoint);
        parts.add(
            new FrameworkPart(
                checkpoint,
                config.folding().folding(),
                config.bigrams(),
                truth.orElse(null),
                config.skipTrigrams()));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Plan<>(parts, "checkpoints", parts.size(), rows, -1);
  }

  @Override
  public TaskMemory memory(FrameworkConfig config, Plan<FrameworkPart> plan, Inputs inputs) {
    if (config.bigrams() == 0 && config.trueBigrams().isEmpty() && config.skipTrigrams() == 0) {
      return TaskMemory.steady("some rows of the vocabulary at a time; a model a task");
    }
    long largest =
        inputs.modelFiles().stream()
            .map(ModelFiles::config)
            .mapToLong(model -> model.dVocab() * numbersOfToken(model))
            .max()
            .orElse(0);
    return new TaskMemory(
        largest * Double.BYTES,
        "the vocabulary's two matrices and what a head makes of them, as float64; a model a task");
  }

  /** Rows of W_E and W_U, what queries, keys, values and outputs are made of, and logits. */
  private static long numbersOfToken(ModelConfig model) {
    return 2L * model.dModel() + 6L * model.dHead() + 2L * FrameworkTask.SOURCES_AT_A_TIME;
  }

  @Override
  public void run(FrameworkConfig config, Plan<FrameworkPart> plan, JobContext context) {
    context.runParts(plan, new FrameworkTask());
  }

  private static void requireFits(
      FrameworkConfig config, Checkpoint checkpoint, ModelConfig model) {
    if (config.folding().folding() == Folding.NORMS && !FrameworkWeights.canFold(model)) {
      throw new InputException(
          "checkpoint %s: the norms of a %s model cannot be folded; set folding = none"
              .formatted(checkpoint.folder().path(), model.family()));
    }
    if (config.skipTrigrams() > 0 && model.dVocab() > LARGEST_SKIP_TRIGRAM_VOCABULARY) {
      throw new InputException(
          "checkpoint %s: skip-trigrams of %d tokens (at most %d); set skip-trigrams = 0"
              .formatted(
                  checkpoint.folder().path(), model.dVocab(), LARGEST_SKIP_TRIGRAM_VOCABULARY));
    }
  }

  /** At most so many: a head may have fewer skip-trigrams. */
  private static long rows(FrameworkConfig config, ModelConfig model) {
    long heads = (long) model.nLayers() * model.nHeads();
    long pairs =
        (long) model.nLayers() * (model.nLayers() - 1) / 2 * model.nHeads() * model.nHeads();
    return (long) model.dVocab() * Math.min(config.bigrams(), model.dVocab())
        + heads * (5 + config.skipTrigrams())
        + 4 * pairs;
  }
}
