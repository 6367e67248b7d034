package dev.microtome.jobs.losses;

import ai.djl.ndarray.NDManager;
import dev.microtome.dynamics.LossMomentsRow;
import dev.microtome.dynamics.LossSettings;
import dev.microtome.dynamics.LossesByPosition;
import dev.microtome.dynamics.SequenceLosses;
import dev.microtome.dynamics.TokenLossRow;
import dev.microtome.jobs.Checkpoint;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.CheckpointWeights;
import dev.microtome.jobs.inputs.ExecutorTransformer;
import dev.microtome.jobs.inputs.PassErasers;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.Intervention;
import dev.microtome.model.ModelConfig;
import dev.microtome.run.InputException;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.List;

/**
 * The work of one checkpoint on a block of sequences; rows are in the order of the tokens.
 *
 * @param erasers under which the model runs
 */
record LossTask(Checkpoint checkpoint, LossSettings settings, PassErasers erasers)
    implements PartTask<TokenSlices> {

  @Override
  public long run(TokenSlices part, PartContext context) throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(checkpoint.folder(), context);
    ModelConfig config = transformer.model().config();
    List<TokenSequence> sequences =
        part.read(
            context.tables(),
            sequence -> {
              sequence.requireFits(config.nCtx(), config.dVocab());
              settings.requireLongEnough(sequence);
            });
    List<float[]> losses = losses(transformer, sequences, context);
    write(sequences, losses, context);
    try (RowWriter<LossMomentsRow> writer = context.writer(LossTables.MOMENTS, "")) {
      for (LossMomentsRow row :
          LossesByPosition.moments(checkpoint.model(), checkpoint.step(), losses)) {
        writer.write(row);
      }
    }
    return sequences.size();
  }

  private List<float[]> losses(
      ExecutorTransformer transformer, List<TokenSequence> sequences, PartContext context)
      throws IOException {
    List<Intervention> interventions = erasers.interventions(context.models());
    try (NDManager scope = transformer.manager().newSubManager()) {
      return new SequenceLosses(transformer.model(), settings, interventions)
          .of(sequences, scope, context::progress);
    } catch (InputException e) {
      throw CheckpointWeights.rejected(checkpoint, e.getMessage(), e);
    }
  }

  private void write(List<TokenSequence> sequences, List<float[]> losses, PartContext context)
      throws IOException {
    try (RowWriter<TokenLossRow> writer = context.writer(LossTables.TOKENS, "")) {
      for (int i = 0; i < losses.size(); i++) {
        TokenSequence sequence = sequences.get(i);
        float[] values = losses.get(i);
        for (int position = 1; position <= values.length; position++) {
          writer.write(
              new TokenLossRow(
                  checkpoint.model(),
                  checkpoint.step(),
                  sequence.sequenceId(),
                  position,
                  sequence.tokens()[position],
                  values[position - 1]));
        }
      }
    }
  }
}
