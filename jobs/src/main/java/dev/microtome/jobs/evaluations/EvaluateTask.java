package dev.microtome.jobs.evaluations;

import ai.djl.ndarray.NDManager;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.ExecutorTransformer;
import dev.microtome.jobs.inputs.SaeInput;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.ModelConfig;
import dev.microtome.sae.evaluation.EvaluationSumsRow;
import dev.microtome.sae.evaluation.FeatureDictionary;
import dev.microtome.sae.evaluation.SaeEvaluation;
import dev.microtome.sae.evaluation.SaeEvaluator;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The work of some SAEs of one hook on a block of sequences. */
record EvaluateTask(ModelFolder model, List<SaeInput> saes, int batchTokens)
    implements PartTask<TokenSlices> {
  EvaluateTask {
    saes = List.copyOf(saes);
  }

  @Override
  public long run(TokenSlices part, PartContext context) throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(model, context);
    ModelConfig config = transformer.model().config();
    List<TokenSequence> sequences =
        part.read(
            context.tables(), sequence -> sequence.requireFits(config.nCtx(), config.dVocab()));
    List<FeatureDictionary> dictionaries = new ArrayList<>();
    for (SaeInput sae : saes) {
      dictionaries.add(sae.load(context));
    }
    try (NDManager scope = transformer.manager().newSubManager();
        RowWriter<EvaluationSumsRow> writer = context.writer(EvaluationTables.SUMS, "")) {
      List<SaeEvaluation> evaluations =
          new SaeEvaluator(transformer.model(), dictionaries, batchTokens)
              .evaluate(sequences, scope, context::progress);
      for (int i = 0; i < saes.size(); i++) {
        writer.write(evaluations.get(i).sums(saes.get(i).name()));
      }
    }
    return sequences.size();
  }
}
