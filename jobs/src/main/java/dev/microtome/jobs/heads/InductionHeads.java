package dev.microtome.jobs.heads;

import com.google.auto.service.AutoService;
import dev.microtome.heads.HeadScore;
import dev.microtome.heads.InContextRow;
import dev.microtome.heads.TrainingSlopeRow;
import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.PartOutput;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.heads.InductionHeadsConfig.Ablated;
import dev.microtome.jobs.inputs.CheckpointKinds;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.InputException;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenSequence;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Scores every head of every checkpoint on repeated random tokens (prefix matching, copying and
 * others), and says what a checkpoint learns from its context and loses without its heads.
 *
 * <p>Reads checkpoints and, for all but the scores and predictions, a table {@code tokens}. Writes
 * {@code head_scores}, {@code repeat_predictions}, {@code in_context_learning}, {@code
 * loss_by_log_position}, {@code training_slopes}, {@code head_ablations}, {@code
 * head_set_ablations}. A part is a checkpoint, or the ablations of some of its heads.
 *
 * <pre>{@code
 * spark-submit microtome.jar induction-heads --config conf/jobs/induction-heads.conf \
 *   --set checkpoints=runs/models --set tokens=runs/tokens --output runs/heads
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class InductionHeads implements Job<InductionHeadsConfig, HeadsPart> {
  @Override
  public String name() {
    return "induction-heads";
  }

  @Override
  public String summary() {
    return "Score the heads of checkpoints on repeated tokens and knock them out one by one";
  }

  @Override
  public Class<InductionHeadsConfig> configType() {
    return InductionHeadsConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(
        HeadTables.SCORES,
        HeadTables.PREDICTIONS,
        HeadTables.IN_CONTEXT,
        HeadTables.SLOPES,
        HeadTables.TRAINING_SLOPES,
        HeadTables.ABLATIONS,
        HeadTables.SETS);
  }

  @Override
  public Plan<HeadsPart> plan(InductionHeadsConfig config, Inputs inputs) {
    Optional<TableInput> tokens =
        config
            .tokens()
            .map(path -> inputs.table(path, "tokens", TokenSequence.class))
            .map(table -> UsedSequences.head(table, config.sequences()));
    List<HeadsPart> parts = new ArrayList<>();
    long rows = 0;
    try {
      List<Checkpoint> checkpoints = inputs.checkpoints(config.checkpoints());
      Map<String, Long> last =
          checkpoints.stream()
              .collect(Collectors.toMap(Checkpoint::model, Checkpoint::step, Math::max));
      Optional<UsedSequences> used = used(config, tokens, inputs);
      HeadSettings settings =
          HeadSettings.of(
              config,
              used.map(sequences -> ContextPositions.of(config, sequences))
                  .orElse(ContextPositions.PUBLISHED));
      CheckpointKinds<Kind> kinds =
          new CheckpointKinds<>(
              inputs, (checkpoint, files) -> kind(config, settings, used, checkpoint, files));
      for (Checkpoint checkpoint : checkpoints) {
        boolean ablated =
            config.ablatedCheckpoints() == Ablated.ALL
                || checkpoint.step() == last.get(checkpoint.model());
        Kind kind = kinds.of(checkpoint);
        int heads = kind.heads();
        rows += (long) heads * HeadScore.values().length;
        HeadsPart scores =
            HeadsPart.scores(
                ablated ? settings : settings.withoutAblations(), checkpoint, kind.bos(), tokens);
        parts.add(scores);
        if (ablated && tokens.isPresent() && !config.ablations().isEmpty()) {
          rows += 2L * heads * config.ablations().size();
          for (int from = 0; from < heads; from += config.headsPerPart()) {
            parts.add(scores.ablations(from, Math.min(heads, from + config.headsPerPart())));
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return new Plan<>(parts, "parts", parts.size(), rows, -1);
  }

  @Override
  public TaskMemory memory(InductionHeadsConfig config, Plan<HeadsPart> plan, Inputs inputs) {
    long length = 1L + (long) config.sequenceLength() * config.repeats();
    long heads =
        inputs.modelFiles().stream()
            .map(ModelFiles::config)
            .mapToLong(model -> (long) model.nLayers() * model.nHeads())
            .max()
            .orElse(0);
    return new TaskMemory(
        heads * length * length * Float.BYTES, "attention patterns of an example; a model a task");
  }

  @Override
  public void run(InductionHeadsConfig config, Plan<HeadsPart> plan, JobContext context) {
    context.runParts(plan, new HeadsTask());
    if (config.tokens().isPresent()) {
      context.runOnDriver("series", output -> writeSlopes(context, output));
    }
  }

  /** Slopes need all checkpoints of a series; there is one row of each. */
  private static void writeSlopes(JobContext context, PartOutput output) throws IOException {
    List<InContextRow> checkpoints = new ArrayList<>();
    context.forEachRow(HeadTables.IN_CONTEXT, checkpoints::add);
    try (RowWriter<TrainingSlopeRow> writer = output.writer(HeadTables.TRAINING_SLOPES, "")) {
      for (TrainingSlopeRow row : TrainingSlopeRow.of(checkpoints)) {
        writer.write(row);
      }
    }
  }

  /** What all checkpoints of one configuration and tokenizer have in common. */
  private record Kind(int heads, int bos) {}

  private static Kind kind(
      InductionHeadsConfig config,
      HeadSettings settings,
      Optional<UsedSequences> used,
      Checkpoint checkpoint,
      ModelFiles files)
      throws IOException {
    ModelConfig model = files.config();
    int bos = bos(config, files);
    requireFits(config, checkpoint, model, bos);
    used.ifPresent(tokens -> tokens.requireFit(checkpoint, model, settings.positions().late()));
    try {
      settings.repeated(used, model.dVocab(), bos);
    } catch (InputException e) {
      throw new InputException(
          "checkpoint %s: %s; lower sequence-length"
              .formatted(checkpoint.folder().path(), e.getMessage()),
          e);
    }
    return new Kind(model.nLayers() * model.nHeads(), bos);
  }

  private static Optional<UsedSequences> used(
      InductionHeadsConfig config, Optional<TableInput> tokens, Inputs inputs) throws IOException {
    return tokens.isEmpty()
        ? Optional.empty()
        : Optional.of(UsedSequences.read(inputs.tables(), tokens.get(), config.sequences()));
  }

  private static int bos(InductionHeadsConfig config, ModelFiles files) throws IOException {
    if (config.bos().isPresent()) {
      return config.bos().get();
    } else if (files.tokenizer().isEmpty()) {
      return 0;
    }
    try (Tokenizer tokenizer = Tokenizer.open(files.tokenizer().get())) {
      return tokenizer
          .bos()
          .orElseThrow(
              () ->
                  new InputException(
                      "%s names no token that begins a text: set bos"
                          .formatted(files.tokenizer().get())));
    }
  }

  private static void requireFits(
      InductionHeadsConfig config, Checkpoint checkpoint, ModelConfig model, int bos) {
    int length = 1 + config.sequenceLength() * config.repeats();
    if (length > model.nCtx()) {
      throw new InputException(
          "checkpoint %s: examples of 1 + %d × %d tokens, its context is %d; lower sequence-length or repeats"
              .formatted(
                  checkpoint.folder().path(),
                  config.sequenceLength(),
                  config.repeats(),
                  model.nCtx()));
    }
    if (bos >= model.dVocab()) {
      throw new InputException(
          "checkpoint %s: bos %d, its vocabulary is 0 to %d"
              .formatted(checkpoint.folder().path(), bos, model.dVocab() - 1));
    }
  }
}
