package dev.microtome.jobs.activations;

import ai.djl.ndarray.NDManager;
import dev.microtome.activations.ActivationCodec;
import dev.microtome.activations.ActivationCollector;
import dev.microtome.activations.CollectionSettings;
import dev.microtome.activations.RowFormat;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.ExecutorTransformer;
import dev.microtome.jobs.inputs.PassErasers;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.HookPoint;
import dev.microtome.model.ModelConfig;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The work of one part: all hooks in one pass over the model, a file for each, so that who reads
 * one hook touches only its files.
 *
 * @param erasers under which the model runs
 */
record CollectTask(
    ModelFolder model,
    CollectionSettings settings,
    PassErasers erasers,
    Encoding encoding,
    ActivationCodec dtype,
    Map<String, String> metadata)
    implements PartTask<TokenSlices> {

  @Override
  public long run(TokenSlices part, PartContext context) throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(model, context);
    ModelConfig config = transformer.model().config();
    List<TokenSequence> sequences =
        part.read(
            context.tables(), sequence -> sequence.requireFits(config.nCtx(), config.dVocab()));
    switch (encoding) {
      case BINARY ->
          collect(
              transformer, sequences, context, ActivationTables.BINARY, RowFormat.binary(dtype));
      case ARRAY ->
          collect(transformer, sequences, context, ActivationTables.ARRAY, RowFormat.arrays());
    }
    return sequences.size();
  }

  private <R extends Record> void collect(
      ExecutorTransformer transformer,
      List<TokenSequence> sequences,
      PartContext context,
      TableSpec<R> table,
      RowFormat<R> format)
      throws IOException {
    TableSpec<R> described = table.withMetadata(metadata);
    Map<HookPoint, RowWriter<R>> writers = new HashMap<>();
    Function<HookPoint, RowWriter<R>> sections =
        hook ->
            writers.computeIfAbsent(
                hook,
                key -> {
                  try {
                    return context.writer(described, key.address());
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    CollectionSettings changed = settings.with(erasers.interventions(context.models()));
    try (NDManager scope = transformer.manager().newSubManager()) {
      new ActivationCollector<>(transformer.model(), changed, format)
          .collect(sequences, scope, sections, context::progress);
    }
  }
}
