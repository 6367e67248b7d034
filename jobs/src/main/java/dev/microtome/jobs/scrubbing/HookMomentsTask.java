package dev.microtome.jobs.scrubbing;

import ai.djl.ndarray.NDManager;
import dev.microtome.activations.ActivationArrayRow;
import dev.microtome.activations.ActivationCollector;
import dev.microtome.activations.CollectionSettings;
import dev.microtome.activations.OnNan;
import dev.microtome.activations.PositionSelection;
import dev.microtome.activations.RowFormat;
import dev.microtome.erasure.ConceptMoments;
import dev.microtome.erasure.ConceptSum;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.HookScrubbing;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.ExecutorTransformer;
import dev.microtome.jobs.labels.LabelledTokens;
import dev.microtome.jobs.labels.MomentsFile;
import dev.microtome.jobs.labels.PartLabels;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookedTransformer;
import dev.microtome.model.Intervention;
import dev.microtome.run.RejectedContentException;
import dev.microtome.stats.Moments;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Sums up what passes one hook point in a part of the sequences: in the model under the concept's
 * erasers below it, with the labels, and in each model under random erasers below it, of the same
 * tokens.
 */
record HookMomentsTask(Scrubbing scrubbing, int place, ConceptTargets targets)
    implements PartTask<LabelledTokens.Part> {

  @Override
  public long run(LabelledTokens.Part part, PartContext context) throws IOException {
    ExecutorTransformer transformer = ExecutorTransformer.of(scrubbing.model(), context);
    HookedTransformer model = transformer.model();
    List<TokenSequence> sequences =
        part.tokens()
            .read(
                context.tables(),
                sequence -> sequence.requireFits(model.config().nCtx(), model.config().dVocab()));
    PartLabels labels =
        PartLabels.read(
            scrubbing.labels(),
            part.labels(),
            sequences.stream().map(TokenSequence::sequenceId).collect(Collectors.toSet()),
            context.tables());
    RelayErasers below = RelayErasers.read(context.relay(), scrubbing.hooks().subList(0, place));
    HookPoint hook = scrubbing.hook(place);
    int width = model.hookPoints().shape(hook).sizePerPosition(1);
    int passes = 1 + scrubbing.randomSubspaces();
    try (NDManager scope = transformer.manager().newSubManager()) {
      Pass pass = new Pass(model, hook, scope, sequences, labels);
      ConceptSum sum = ConceptSum.of(targets, width, ConceptSum.Kind.JOINT);
      pass.forEach(
          below.interventions(scrubbing.concept()),
          (row, label) -> sum.add(row.activation(), label),
          done -> context.progress(done / passes));
      write(0, sum.moments(hook.address()).get(0).orElseThrow(), context);
      for (int number = 1; number < passes; number++) {
        String name = HookScrubbing.random(number - 1);
        Moments moments = Moments.ofColumns(width);
        long before = (long) number * sequences.size();
        pass.forEach(
            below.interventions(name),
            (row, label) -> {
              if (label != null) {
                moments.add(row.activation());
              }
            },
            done -> context.progress((before + done) / passes));
        write(number, ConceptMoments.of(hook.address(), name, width, 0, moments), context);
      }
    }
    return sequences.size();
  }

  private void write(int number, ConceptMoments moments, PartContext context) throws IOException {
    MomentsFile.write(context.relay(), scrubbing.moments(place, number, context.index()), moments);
  }

  /** Passes over the part's sequences that end at the hook point. */
  private final class Pass {
    private final HookedTransformer model;
    private final HookPoint hook;
    private final NDManager scope;
    private final List<TokenSequence> sequences;
    private final PartLabels labels;

    Pass(
        HookedTransformer model,
        HookPoint hook,
        NDManager scope,
        List<TokenSequence> sequences,
        PartLabels labels) {
      this.model = model;
      this.hook = hook;
      this.scope = scope;
      this.sequences = sequences;
      this.labels = labels;
    }

    /** Gives every activation with its label, null where there is none. */
    void forEach(
        List<Intervention> interventions,
        BiConsumer<ActivationArrayRow, List<String>> sink,
        LongConsumer progress)
        throws IOException {
      CollectionSettings settings =
          new CollectionSettings(
              List.of(hook),
              scrubbing.batchTokens(),
              PositionSelection.ALL,
              /* seed= */ 0,
              OnNan.KEEP, // what is summed up is refused there
              interventions);
      RowWriter<ActivationArrayRow> writer =
          new RowWriter<>() {
            @Override
            public void write(ActivationArrayRow row) {
              accept(row, sink);
            }

            @Override
            public void close() {}
          };
      new ActivationCollector<>(model, settings, RowFormat.arrays())
          .collect(sequences, scope, unused -> writer, progress);
    }

    private void accept(ActivationArrayRow row, BiConsumer<ActivationArrayRow, List<String>> sink) {
      try {
        sink.accept(
            row,
            scrubbing
                .unlabelled()
                .label(labels.at(row.sequenceId(), row.position(), row.tokenId()).get(0), targets));
      } catch (IllegalArgumentException e) {
        throw new RejectedContentException(
            "hook '%s', sequence %d, position %d: %s"
                .formatted(hook, row.sequenceId(), row.position(), e.getMessage()),
            e);
      }
    }
  }
}
