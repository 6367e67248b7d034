package dev.microtome.jobs.features;

import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TableReader;
import dev.microtome.sae.evaluation.ActivationHistograms;
import dev.microtome.sae.evaluation.ActivationHistogramsRow;
import dev.microtome.sae.evaluation.ActivationSample;
import dev.microtome.sae.evaluation.ExampleCandidateRow;
import dev.microtome.sae.evaluation.ExampleSelection;
import dev.microtome.sae.evaluation.ExampleSettings;
import dev.microtome.sae.evaluation.FeatureActivationsRow;
import dev.microtome.sae.evaluation.FeatureFacts;
import dev.microtome.sae.evaluation.FeatureStatistics;
import dev.microtome.sae.evaluation.FeatureSurvey;
import dev.microtome.sae.evaluation.FeatureSurveyRow;
import dev.microtome.sae.evaluation.LabelCounts;
import dev.microtome.sae.evaluation.LabelCountsRow;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What the parts of the two passes have written, to be merged in the order of the parts. */
record Gathering(
    TableInput surveys,
    TableInput candidates,
    TableInput histograms,
    TableInput labelCounts,
    TableInput activations,
    ExampleSettings settings)
    implements Serializable {

  private interface Action<R> {
    void accept(R row) throws IOException;
  }

  private static <R extends Record> void forEach(
      TableInput table, Class<R> type, TableReader tables, Action<R> action) throws IOException {
    for (TableInput.TableFile file : table.files()) {
      try (RowReader<R> rows = tables.read(file.path(), type)) {
        while (rows.hasNext()) {
          action.accept(rows.next());
        }
      }
    }
  }

  /** The survey of a dictionary over all parts. */
  static FeatureSurvey survey(
      TableInput surveys, FeatureSource source, int examples, TableReader tables)
      throws IOException {
    FeatureSurvey survey = FeatureSurvey.of(source.features(), examples);
    forEach(
        surveys,
        FeatureSurveyRow.class,
        tables,
        row -> {
          if (row.sae().equals(source.name())) {
            survey.merge(row.survey());
          }
        });
    return survey;
  }

  /**
   * What is known of a dictionary's features.
   *
   * @param from first feature whose examples are wanted
   * @param to one past the last
   */
  FeatureFacts facts(FeatureSource source, int from, int to, TableReader tables)
      throws IOException {
    FeatureSurvey survey = survey(surveys, source, settings.top(), tables);
    ActivationHistograms merged =
        ActivationHistograms.of(
            source.features(), settings.intervals() * SaeFeaturesConfig.BINS_PER_INTERVAL);
    forEach(
        histograms,
        ActivationHistogramsRow.class,
        tables,
        row -> {
          if (row.sae().equals(source.name())) {
            merged.merge(row.histograms());
          }
        });
    LabelCounts labels = new LabelCounts(source.features(), settings.intervals());
    forEach(
        labelCounts,
        LabelCountsRow.class,
        tables,
        row -> {
          if (row.sae().equals(source.name())) {
            labels.merge(row);
          }
        });
    ExampleSelection examples = new ExampleSelection(survey.range(), settings);
    if (from < to) {
      forEach(
          candidates,
          ExampleCandidateRow.class,
          tables,
          row -> {
            if (row.sae().equals(source.name()) && row.feature() >= from && row.feature() < to) {
              examples.merge(row);
            }
          });
    }
    return new FeatureFacts(survey.statistics(), merged, examples, labels);
  }

  /** How often features of the dictionaries fire, in their order. */
  List<FeatureStatistics> statistics(List<FeatureSource> sources, TableReader tables)
      throws IOException {
    List<FeatureStatistics> statistics = new ArrayList<>();
    for (FeatureSource source : sources) {
      statistics.add(survey(surveys, source, settings.top(), tables).statistics());
    }
    return statistics;
  }

  /** The samples of the dictionaries, in their order. */
  List<ActivationSample> samples(List<FeatureSource> sources, TableReader tables)
      throws IOException {
    Map<String, List<FeatureActivationsRow>> rows = rows(activations, tables);
    List<ActivationSample> samples = new ArrayList<>();
    for (FeatureSource source : sources) {
      samples.add(
          ActivationSample.of(
              source.name(), source.features(), rows.getOrDefault(source.name(), List.of())));
    }
    return samples;
  }

  /**
   * The samples of another run.
   *
   * @param prefix tells its dictionaries from ours
   */
  static List<ActivationSample> samples(TableInput table, String prefix, TableReader tables)
      throws IOException {
    List<ActivationSample> samples = new ArrayList<>();
    rows(table, tables)
        .forEach((name, rows) -> samples.add(ActivationSample.of(prefix + name, rows)));
    return samples;
  }

  private static Map<String, List<FeatureActivationsRow>> rows(TableInput table, TableReader tables)
      throws IOException {
    Map<String, List<FeatureActivationsRow>> rows = new TreeMap<>();
    forEach(
        table,
        FeatureActivationsRow.class,
        tables,
        row -> rows.computeIfAbsent(row.sae(), name -> new ArrayList<>()).add(row));
    return rows;
  }
}
