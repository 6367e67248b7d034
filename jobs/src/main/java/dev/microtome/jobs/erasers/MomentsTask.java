package dev.microtome.jobs.erasers;

import dev.microtome.erasure.ConceptMomentsRow;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.ActivationSource;
import dev.microtome.jobs.labels.LabelledReader;
import dev.microtome.jobs.labels.LabelledSlices;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.stats.Moments;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Sums up the activations of a part with their labels, by hook point and concept. */
record MomentsTask(LabelledReader reader, List<ConceptTargets> targets, Unlabelled unlabelled)
    implements PartTask<LabelledSlices> {

  @Override
  public long run(LabelledSlices part, PartContext context) throws IOException {
    Map<String, List<ConceptSum>> sums = new LinkedHashMap<>();
    long rows = reader.forEach(part, context, (row, token, values) -> add(row, values, sums));
    for (Map.Entry<String, List<ConceptSum>> hook : sums.entrySet()) {
      try (RowWriter<ConceptMomentsRow> writer = context.writer(FitTables.MOMENTS, hook.getKey())) {
        for (ConceptSum sum : hook.getValue()) {
          writer.write(sum.row(hook.getKey()));
        }
      }
    }
    return rows;
  }

  private void add(
      ActivationSource.ArrayRow row,
      List<List<String>> values,
      Map<String, List<ConceptSum>> sums) {
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
