package dev.microtome.jobs.gaps;

import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.linalg.FactoredMatrix;
import dev.microtome.model.Torch;
import dev.microtome.probing.ErasedExamples.Projection;
import dev.microtome.probing.Examples;
import dev.microtome.probing.GapExperiment;
import dev.microtome.probing.GapExperiment.Split;
import dev.microtome.probing.ProbeSampleRow;
import dev.microtome.probing.ProbeSettings;
import dev.microtome.probing.ProbeTrainer;
import dev.microtome.probing.TprGapNoise;
import dev.microtome.probing.TprGapRow;
import dev.microtome.probing.TprGapSummaryRow;
import dev.microtome.run.InputException;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Fits the classifiers of a hook point, before and after the concept is erased.
 *
 * @param groups the two of the concept
 * @param resamples of the documents held out, for intervals
 * @param documents that were to have vectors
 * @param leftOut those that have no label, or none of the groups
 */
record GapsTask(
    List<String> labels,
    List<String> groups,
    ProbeSettings probes,
    int resamples,
    long documents,
    long leftOut)
    implements PartTask<HookVectors> {
  GapsTask {
    labels = List.copyOf(labels);
    groups = List.copyOf(groups);
  }

  @Override
  public long run(HookVectors part, PartContext context) throws IOException {
    Torch.threads(context.cores());
    List<ProbeSampleRow> train = new ArrayList<>();
    List<ProbeSampleRow> test = new ArrayList<>();
    for (String path : part.files()) {
      try (RowReader<ProbeSampleRow> rows = context.tables().read(path, ProbeSampleRow.class)) {
        rows.forEachRemaining(
            row -> (probes.split().isTest(row.sequenceId()) ? test : train).add(row));
      }
    }
    if (train.isEmpty() || test.isEmpty()) {
      throw new InputException(
          "documents: %d to fit to and %d held out have any text"
              .formatted(train.size(), test.size()));
    }
    // A part writes them by batch.
    train.sort(Comparator.comparingLong(ProbeSampleRow::sequenceId));
    test.sort(Comparator.comparingLong(ProbeSampleRow::sequenceId));
    long without = leftOut + documents - train.size() - test.size();
    try (Examples fitted = Examples.of(train, 0, 2);
        Examples held = Examples.of(test, 0, 2);
        RowWriter<TprGapRow> gaps = context.writer(TprGapRow.TABLE, part.hook());
        RowWriter<TprGapSummaryRow> summary = context.writer(TprGapSummaryRow.TABLE, part.hook())) {
      Split fit = new Split(fitted.about(0), fitted.about(1));
      Split score = new Split(held.about(0), held.about(1));
      ProbeTrainer trainer = new ProbeTrainer(probes);
      for (Projection projection :
          List.of(Projection.none(fitted.x().columns()), leace(fit.groups()))) {
        GapExperiment experiment =
            GapExperiment.of(projection, fit, score, trainer, labels, groups);
        for (TprGapRow row : TprGapRow.of(part.hook(), experiment, labels, groups)) {
          gaps.write(row);
        }
        TprGapNoise noise = TprGapNoise.of(experiment.gaps(), resamples, probes.split().seed());
        summary.write(TprGapSummaryRow.of(part.hook(), train.size(), without, experiment, noise));
      }
    } catch (IllegalArgumentException e) {
      throw new InputException(part.hook() + ": " + e.getMessage(), e);
    }
    return 1;
  }

  private Projection leace(Examples fittedGroups) {
    LeaceEraser eraser =
        LeaceFitter.of(fittedGroups.x().columns(), fittedGroups.classMoments(groups.size()))
            .eraser(EraserSettings.leace().ofFloat32());
    return new Projection(
        "leace", new FactoredMatrix(eraser.left(), eraser.right()), eraser.bias());
  }
}
