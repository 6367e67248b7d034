package dev.microtome.jobs.gaps;

import ai.djl.ndarray.NDManager;
import dev.microtome.activations.Pooling;
import dev.microtome.activations.SequenceVectors;
import dev.microtome.jobs.ModelFolder;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.ExecutorTransformer;
import dev.microtome.model.HookPoint;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowWriter;
import dev.microtome.text.DocumentEncoder;
import dev.microtome.text.TokenSequence;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The vectors of a part's documents: one pass over the model, a file for each hook point.
 *
 * @param source where documents are read
 * @param encoding how text becomes tokens
 */
record VectorsTask(
    ModelFolder model,
    List<HookPoint> hooks,
    Pooling pooling,
    DocumentSource source,
    DocumentEncoder.Settings encoding,
    int batchTokens)
    implements PartTask<DocumentPart> {
  VectorsTask {
    hooks = List.copyOf(hooks);
  }

  /** Writes the vectors; a document without text has none. */
  @Override
  public long run(DocumentPart part, PartContext context) throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(model, context);
    Tokenizer tokenizer =
        context
            .models()
            .shared(
                "tokenizer of " + model.digest(),
                () -> Tokenizer.open(context.models().folder(model)));
    DocumentEncoder encoder = new DocumentEncoder(tokenizer, encoding);
    List<TokenSequence> sequences = new ArrayList<>();
    Map<Long, byte[]> targets = new HashMap<>();
    long documents = 0;
    for (DocumentSlice slice : part.slices()) {
      source.texts(
          slice,
          context.files(),
          context.tables(),
          (chosen, text) -> {
            int[] tokens = text.isBlank() ? new int[0] : tokens(encoder, text, slice, chosen);
            if (tokens.length > 0) {
              sequences.add(new TokenSequence(chosen.id(), tokens));
              targets.put(
                  chosen.id(), ProbeSampleRow.bytes(new double[] {chosen.label(), chosen.group()}));
            }
          });
      documents += slice.documents().size();
    }
    Map<HookPoint, RowWriter<ProbeSampleRow>> writers = new HashMap<>();
    for (HookPoint hook : sequences.isEmpty() ? List.<HookPoint>of() : hooks) {
      writers.put(hook, context.writer(GapTables.VECTORS, hook.address()));
    }
    try (NDManager scope = transformer.manager().newSubManager()) {
      new SequenceVectors(transformer.model(), hooks, pooling, batchTokens)
          .compute(
              sequences,
              scope,
              (hook, sequence, vector) ->
                  writers
                      .get(hook)
                      .write(
                          new ProbeSampleRow(
                              hook.address(),
                              sequence.sequenceId(),
                              0,
                              -1,
                              vector,
                              targets.get(sequence.sequenceId()))),
              context::progress);
    }
    return documents;
  }

  private static int[] tokens(
      DocumentEncoder encoder, String text, DocumentSlice slice, DocumentSlice.Chosen chosen) {
    try {
      return encoder.encode(text);
    } catch (InputException | IllegalArgumentException e) {
      throw new RejectedContentException(
          "%s, place %d: %s".formatted(slice.path(), chosen.place(), e.getMessage()), e);
    }
  }
}
