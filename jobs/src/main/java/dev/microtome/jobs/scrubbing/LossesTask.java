package dev.microtome.jobs.scrubbing;

import ai.djl.ndarray.NDManager;
import dev.microtome.dynamics.LossSettings;
import dev.microtome.dynamics.SequenceLosses;
import dev.microtome.erasure.ScrubbingLosses;
import dev.microtome.erasure.ScrubbingSumsRow;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.ExecutorTransformer;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.model.Intervention;
import dev.microtome.model.ModelConfig;
import dev.microtome.model.load.ModelFiles;
import dev.microtome.run.InputException;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import dev.microtome.text.Tokenizer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Predicts the tokens of a part under every variant of the model and sums up the losses. */
record LossesTask(Scrubbing scrubbing) implements PartTask<TokenSlices> {

  @Override
  public long run(TokenSlices part, PartContext context) throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(scrubbing.model(), context);
    ModelConfig config = transformer.model().config();
    List<TokenSequence> sequences =
        part.read(
            context.tables(), sequence -> sequence.requireFits(config.nCtx(), config.dVocab()));
    List<String> variants = scrubbing.variants();
    List<List<Intervention>> interventions = interventions(context);
    List<List<float[]>> losses = new ArrayList<>();
    try (NDManager scope = transformer.manager().newSubManager()) {
      for (int variant = 0; variant < variants.size(); variant++) {
        long before = (long) variant * sequences.size();
        losses.add(
            new SequenceLosses(
                    transformer.model(),
                    new LossSettings(LossSettings.ALL_POSITIONS, scrubbing.batchTokens()),
                    interventions.get(variant))
                .of(sequences, scope, done -> context.progress((before + done) / variants.size())));
      }
    } catch (InputException e) {
      throw new RejectedContentException(
          "model %s, %s: %s"
              .formatted(scrubbing.model().path(), variants.get(losses.size()), e.getMessage()),
          e);
    }
    ScrubbingLosses sums = ScrubbingLosses.of(variants);
    long[] bytes = bytes(sequences, context);
    for (int i = 0; i < bytes.length; i++) {
      int sequence = i;
      sums.add(bytes[i], losses.stream().map(each -> each.get(sequence)).toList());
    }
    try (RowWriter<ScrubbingSumsRow> writer = context.writer(ScrubTables.SUMS, "")) {
      writer.write(sums.row());
    }
    return sequences.size();
  }

  /** Of each variant, in their order. */
  private List<List<Intervention>> interventions(PartContext context) throws IOException {
    RelayErasers erasers = RelayErasers.read(context.relay(), scrubbing.hooks());
    List<List<Intervention>> interventions = new ArrayList<>();
    interventions.add(List.of());
    interventions.add(erasers.interventions(scrubbing.concept()));
    scrubbing.random().forEach(name -> interventions.add(erasers.interventions(name)));
    return interventions;
  }

  /** Bytes of each sequence's predicted tokens; zeros where they are not known. */
  private long[] bytes(List<TokenSequence> sequences, PartContext context) throws IOException {
    if (scrubbing.textLength() == Scrubbing.TextLength.UNKNOWN) {
      return new long[sequences.size()];
    }
    Tokenizer tokenizer =
        context
            .models()
            .shared(
                "tokenizer " + scrubbing.model().digest(),
                () ->
                    Tokenizer.open(
                        ModelFiles.open(context.models().folder(scrubbing.model()))
                            .tokenizer()
                            .orElseThrow()));
    try {
      return sequences.stream()
          .mapToLong(sequence -> tokenizer.bytesBehindFirst(sequence.tokens()))
          .toArray();
    } catch (IllegalArgumentException e) {
      throw new RejectedContentException(
          "model %s: %s".formatted(scrubbing.model().path(), e.getMessage()), e);
    }
  }
}
