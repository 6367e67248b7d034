package dev.microtome.jobs.losses;

import com.google.auto.service.AutoService;
import dev.microtome.config.InputPath;
import dev.microtome.dynamics.LossByPositionRow;
import dev.microtome.dynamics.LossSettings;
import dev.microtome.dynamics.LossesByPosition;
import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.PartIdentities;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.inputs.CheckpointKinds;
import dev.microtome.jobs.inputs.CorpusCheck;
import dev.microtome.jobs.inputs.CorpusCheck.Tokenizers;
import dev.microtome.jobs.inputs.PassErasers;
import dev.microtome.jobs.inputs.SequenceIds;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.HookPoints;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.model.load.ModelWeights;
import dev.microtome.run.InputException;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Predicts every token of a corpus with every checkpoint and stores the losses: a row of numbers
 * for each checkpoint, which is its place in the space of per-token losses.
 *
 * <p>Reads checkpoints and a table {@code tokens}. Writes {@code token_losses} and {@code
 * loss_by_position}. A part is a checkpoint and a block of sequences: all blocks of the first
 * checkpoint, then the same blocks of the next, so that an executor loads each checkpoint once and
 * holds few at a time.
 *
 * <pre>{@code
 * spark-submit microtome.jar token-losses --config conf/jobs/token-losses.conf \
 *   --set checkpoints=runs/models --set tokens=runs/tokens --output runs/losses
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class TokenLosses implements Job<TokenLossesConfig, LossPart> {
  /** Uncompressed, of a row of token_losses: what changes from row to row. */
  private static final long ROW_BYTES = 24;

  @Override
  public String name() {
    return "token-losses";
  }

  @Override
  public String summary() {
    return "Store the loss of every token under every checkpoint, and its mean by position";
  }

  @Override
  public Class<TokenLossesConfig> configType() {
    return TokenLossesConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(LossTables.TOKENS, LossTables.POSITIONS, LossTables.MOMENTS);
  }

  @Override
  public Plan<LossPart> plan(TokenLossesConfig config, Inputs inputs) {
    List<Checkpoint> checkpoints = inputs.checkpoints(config.checkpoints());
    TableInput tokens = inputs.table(config.tokens(), "tokens", TokenSequence.class);
    List<TokenSlices> blocks = TokenSlices.cut(tokens.files(), config.sequencesPerPart());
    LossSettings settings = config.settings();
    try {
      CorpusCheck corpus = CorpusCheck.of(config.tokens(), tokens, blocks, inputs.tables());
      corpus.requirePredictions();
      requireLongEnough(corpus, settings);
      CheckpointKinds<PassErasers> kinds =
          new CheckpointKinds<>(
              inputs,
              (checkpoint, model) -> {
                requireFits(config, checkpoint, model, corpus);
                return config
                    .erasures()
                    .open(HookPoints.of(model.config()), checkpoint.folder(), inputs);
              });
      List<LossPart> parts = new ArrayList<>();
      for (Checkpoint checkpoint : checkpoints) {
        LossTask task =
            new LossTask(
                checkpoint, settings, kinds.of(checkpoint).in(checkpoint.folder(), inputs));
        blocks.forEach(block -> parts.add(new LossPart(task, block)));
      }
      SequenceIds.requireUnique(tokens, inputs);
      long predictions = tokens.rows() * checkpoints.size();
      double rows =
          corpus.sample().stream()
                  .mapToInt(sequence -> settings.predicted(sequence.tokens().length))
                  .average()
                  .orElseThrow()
              * predictions;
      Set<InputPath> told = new HashSet<>(config.checkpoints());
      told.add(config.tokens());
      return new Plan<>(
              parts, "sequences", predictions, Math.round(rows), Math.round(rows * ROW_BYTES))
          .withIdentities(
              new PartIdentities(parts.stream().map(part -> part.identity(tokens)).toList(), told));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TaskMemory memory(TokenLossesConfig config, Plan<LossPart> plan, Inputs inputs) {
    return TaskMemory.steady("logits of some hundred tokens at a time");
  }

  @Override
  public void run(TokenLossesConfig config, Plan<LossPart> plan, JobContext context) {
    context.runParts(plan, (part, executor) -> part.task().run(part.tokens(), executor));
    context.runOnDriver(
        "merge",
        output -> {
          LossesByPosition losses = new LossesByPosition();
          context.forEachRow(LossTables.MOMENTS, losses::merge);
          try (RowWriter<LossByPositionRow> writer = output.writer(LossTables.POSITIONS, "")) {
            for (LossByPositionRow row : losses.rows()) {
              writer.write(row);
            }
          }
        });
  }

  private static void requireLongEnough(CorpusCheck corpus, LossSettings settings) {
    for (TokenSequence sequence : corpus.sample()) {
      try {
        settings.requireLongEnough(sequence);
      } catch (InputException e) {
        throw new InputException("tokens %s: %s".formatted(corpus.path(), e.getMessage()), e);
      }
    }
  }

  private static void requireFits(
      TokenLossesConfig config, Checkpoint checkpoint, ModelFiles model, CorpusCheck corpus)
      throws IOException {
    InputPath path = new InputPath(checkpoint.folder().path());
    ModelWeights.check(model);
    if (!model.config().causal()) {
      throw new InputException(
          "checkpoint %s: a %s model has no next-token loss"
              .formatted(path, model.config().family()));
    }
    corpus.requireFits(
        path, model, config.acceptOtherTokenizer() ? Tokenizers.ANY : Tokenizers.MUST_AGREE);
  }
}
