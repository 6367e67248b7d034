package dev.microtome.jobs.erasers;

import dev.microtome.erasure.ConceptMomentsRow;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.run.InputException;
import dev.microtome.stats.Moments;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums up the activations of a part with their labels, by hook point and concept. */
record MomentsTask(
    ActivationSource.Encoding encoding,
    LabelTable labels,
    List<ConceptTargets> targets,
    Unlabelled unlabelled,
    List<String> hooks)
    implements PartTask<FitPart> {
  private static final int PROGRESS_ROWS = 4096;

  @Override
  public long run(FitPart part, PartContext context) throws IOException {
    PartLabels byPlace = PartLabels.read(labels, part.labels(), context.tables());
    Map<String, List<ConceptSum>> sums = new LinkedHashMap<>();
    long rows = 0;
    for (TokenSlices.Slice slice : part.activations().slices()) {
      List<List<List<String>>> byRow = labelsBesideActivations(slice, context);
      try (RowReader<ActivationSource.ArrayRow> reader =
          encoding.read(context.tables(), slice.path(), slice.from(), slice.to())) {
        for (int i = 0; reader.hasNext(); i++) {
          ActivationSource.ArrayRow row = reader.next();
          if (hooks.isEmpty() || hooks.contains(row.hook())) {
            add(
                row,
                byRow.isEmpty() ? byPlace.at(row.sequenceId(), row.position()) : byRow.get(i),
                sums,
                slice.path());
          }
          rows++;
          if (rows % PROGRESS_ROWS == 0) {
            context.progress(rows);
          }
        }
      }
    }
    for (Map.Entry<String, List<ConceptSum>> hook : sums.entrySet()) {
      try (RowWriter<ConceptMomentsRow> writer = context.writer(FitTables.MOMENTS, hook.getKey())) {
        for (ConceptSum sum : hook.getValue()) {
          writer.write(sum.row(hook.getKey()));
        }
      }
    }
    return rows;
  }

  private List<List<List<String>>> labelsBesideActivations(
      TokenSlices.Slice slice, PartContext context) throws IOException {
    if (labels.layout() != LabelTable.Layout.ACTIVATIONS) {
      return List.of();
    }
    List<List<List<String>>> byRow = new ArrayList<>();
    labels.read(
        context.tables(),
        slice.path(),
        slice.from(),
        slice.to(),
        (row, sequenceId, position, concept, values) -> {
          if (concept == 0) {
            byRow.add(PartLabels.nothing(targets.size()));
          }
          byRow.get(byRow.size() - 1).set(concept, values);
        });
    return byRow;
  }

  private void add(
      ActivationSource.ArrayRow row,
      List<List<String>> values,
      Map<String, List<ConceptSum>> sums,
      String path) {
    try {
      List<ConceptSum> concepts =
          sums.computeIfAbsent(
              row.hook(),
              unused ->
                  targets.stream()
                      .map(each -> new ConceptSum(each, row.activation().length))
                      .toList());
      for (int i = 0; i < concepts.size(); i++) {
        List<String> label = values.get(i);
        if (label == null && unlabelled == Unlabelled.CLASS) {
          label = Collections.nCopies(targets.get(i).columns().size(), Unlabelled.NAME);
        }
        concepts.get(i).add(row.activation(), label);
      }
    } catch (IllegalArgumentException e) {
      throw new InputException(
          "%s: %s, sequence_id %d, position %d: %s"
              .formatted(path, row.hook(), row.sequenceId(), row.position(), e.getMessage()),
          e);
    }
  }

  /** The moments of one concept at one hook point. */
  private static final class ConceptSum {
    private final ConceptTargets targets;
    private final ConceptTargets.Encoder encoder;
    private final int dimensions;
    private final Moments moments;
    private long unlabelled;

    ConceptSum(ConceptTargets targets, int dimensions) {
      this.targets = targets;
      this.dimensions = dimensions;
      encoder = targets.encoder();
      moments = Moments.ofColumns(dimensions + targets.width());
    }

    void add(float[] activation, List<String> label) {
      if (label == null) {
        unlabelled++;
        return;
      }
      if (activation.length != dimensions) {
        throw new IllegalArgumentException(
            "%d numbers, where rows before have %d".formatted(activation.length, dimensions));
      }
      double[] z;
      try {
        z = encoder.targets(label);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "concept '%s': %s".formatted(targets.concept(), e.getMessage()), e);
      }
      moments.add(activation, z);
    }

    ConceptMomentsRow row(String hook) {
      return ConceptMomentsRow.of(hook, targets.concept(), dimensions, unlabelled, moments);
    }
  }
}
