package dev.microtome.jobs.features;

import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.sae.evaluation.ActivationHistograms;
import dev.microtome.sae.evaluation.ActivationHistogramsRow;
import dev.microtome.sae.evaluation.ExampleCandidateRow;
import dev.microtome.sae.evaluation.ExampleSelection;
import dev.microtome.sae.evaluation.ExampleSettings;
import dev.microtome.sae.evaluation.FeatureActivationsRow;
import dev.microtome.sae.evaluation.FeatureRange;
import dev.microtome.sae.evaluation.LabelCounts;
import dev.microtome.sae.evaluation.LabelCountsRow;
import dev.microtome.sae.evaluation.SequenceSample;
import dev.microtome.sae.evaluation.SparseFeatures;
import dev.microtome.sae.evaluation.TokenLabel;
import dev.microtome.table.RowWriter;
import dev.microtome.text.TokenSequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The second pass: examples, histograms and counts of labels in a block of sequences, and all
 * features of those of its sequences that are in the sample.
 *
 * @param ranges of the dictionaries' features, from the first pass
 * @param labels null where there are none
 */
record ExamplesTask(
    FeaturePass pass,
    List<FeatureRange> ranges,
    ExampleSettings settings,
    SequenceSample sample,
    LabelSource labels)
    implements PartTask<TokenSlices> {
  ExamplesTask {
    ranges = List.copyOf(ranges);
  }

  /** What is gathered of one dictionary. */
  private record Gathered(
      String name,
      FeatureRange range,
      ExampleSelection examples,
      ActivationHistograms histograms,
      LabelCounts labels) {

    void add(TokenSequence sequence, SparseFeatures features, List<Set<TokenLabel>> itsLabels) {
      examples.add(sequence, features);
      histograms.add(features, range);
      for (int position = 0; position < itsLabels.size(); position++) {
        labels.add(itsLabels.get(position), features, position, range);
      }
    }
  }

  @Override
  public long run(TokenSlices part, PartContext context) throws IOException {
    List<TokenSequence> sequences = pass.sequences(part, context);
    Map<Long, List<Set<TokenLabel>>> itsLabels =
        labels == null ? Map.of() : labels.of(sequences, context.tables());
    List<Gathered> all = new ArrayList<>();
    for (int i = 0; i < ranges.size(); i++) {
      FeatureSource source = pass.sources().get(i);
      all.add(
          new Gathered(
              source.name(),
              ranges.get(i),
              new ExampleSelection(ranges.get(i), settings),
              ActivationHistograms.of(
                  source.features(), settings.intervals() * SaeFeaturesConfig.BINS_PER_INTERVAL),
              new LabelCounts(source.features(), settings.intervals())));
    }
    try (RowWriter<FeatureActivationsRow> activations =
        context.writer(FeatureTables.ACTIVATIONS, "")) {
      pass.read(
          sequences,
          context,
          (index, sequence, features) -> {
            List<Set<TokenLabel>> here = itsLabels.getOrDefault(sequence.sequenceId(), List.of());
            all.get(index).add(sequence, features, here);
            if (sample.contains(sequence.sequenceId())) {
              write(activations, all.get(index).name(), sequence, features);
            }
          });
    }
    write(all, context);
    return sequences.size();
  }

  private static void write(
      RowWriter<FeatureActivationsRow> writer,
      String name,
      TokenSequence sequence,
      SparseFeatures features)
      throws IOException {
    for (int position = 0; position < features.rows(); position++) {
      writer.write(
          new FeatureActivationsRow(
              name,
              sequence.sequenceId(),
              position,
              sequence.tokens()[position],
              features.features(position),
              features.values(position)));
    }
  }

  private static void write(List<Gathered> all, PartContext context) throws IOException {
    try (RowWriter<ExampleCandidateRow> candidates = context.writer(FeatureTables.CANDIDATES, "");
        RowWriter<ActivationHistogramsRow> histograms =
            context.writer(FeatureTables.HISTOGRAMS, "");
        RowWriter<LabelCountsRow> counts = context.writer(FeatureTables.LABEL_COUNTS, "")) {
      for (Gathered each : all) {
        for (ExampleCandidateRow row : each.examples().rows(each.name())) {
          candidates.write(row);
        }
        histograms.write(each.histograms().row(each.name()));
        for (LabelCountsRow row : each.labels().rows(each.name())) {
          counts.write(row);
        }
      }
    }
  }
}
