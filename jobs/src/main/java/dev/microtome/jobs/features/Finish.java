package dev.microtome.jobs.features;

import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.PartOutput;
import dev.microtome.sae.evaluation.BrowserLineRow;
import dev.microtome.sae.evaluation.FeatureBrowser;
import dev.microtome.sae.evaluation.FeatureFacts;
import dev.microtome.sae.evaluation.FeatureLabelRow;
import dev.microtome.sae.evaluation.FeatureMetricRow;
import dev.microtome.sae.evaluation.FeatureSummary;
import dev.microtome.sae.evaluation.FeatureSurvey;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the driver does when all features are described: tables of a few rows a dictionary, and the
 * list of the pages.
 *
 * @param surveys of the dictionaries, in their order
 * @param labels features of each label
 */
record Finish(FeaturePass pass, Gathering gathering, List<FeatureSurvey> surveys, int labels) {

  void summary(JobContext context, PartOutput output) throws IOException {
    List<FeatureMetricRow> metrics = new ArrayList<>();
    List<FeatureLabelRow> byLabel = new ArrayList<>();
    for (int i = 0; i < surveys.size(); i++) {
      FeatureSource source = pass.sources().get(i);
      FeatureFacts facts = gathering.facts(source, 0, 0, context.tables());
      List<FeatureLabelRow> best = FeatureSummary.byLabel(source.name(), facts, labels);
      metrics.addAll(FeatureSummary.metrics(source.name(), surveys.get(i).statistics(), best));
      byLabel.addAll(best);
    }
    FeatureSummary.Universality universality = new FeatureSummary.Universality();
    context.forEachRow(FeatureTables.NEIGHBORS, universality::add);
    metrics.addAll(universality.metrics());
    try (RowWriter<FeatureMetricRow> writer = output.writer(FeatureTables.METRICS, "")) {
      for (FeatureMetricRow row : metrics) {
        writer.write(row);
      }
    }
    if (!byLabel.isEmpty()) {
      try (RowWriter<FeatureLabelRow> writer = output.writer(FeatureTables.BY_LABEL, "")) {
        for (FeatureLabelRow row : byLabel) {
          writer.write(row);
        }
      }
    }
  }

  void pages(JobContext context, PartOutput output) throws IOException {
    for (String file : FeatureBrowser.FILES) {
      try (OutputStream out = output.artifact(SaeFeatures.PAGES + "/" + file)) {
        FeatureBrowser.copy(file, out);
      }
    }
    Map<String, List<BrowserLineRow>> lines = new LinkedHashMap<>();
    pass.sources().forEach(source -> lines.put(source.name(), new ArrayList<>()));
    context.forEachRow(FeatureTables.LINES, row -> lines.get(row.sae()).add(row));
    List<FeatureBrowser.Dictionary> dictionaries = new ArrayList<>();
    for (int i = 0; i < surveys.size(); i++) {
      FeatureSource source = pass.sources().get(i);
      dictionaries.add(
          new FeatureBrowser.Dictionary(
              source.name(),
              source.hook(),
              surveys.get(i).statistics().tokens(),
              lines.get(source.name())));
    }
    try (OutputStream out = output.artifact(SaeFeatures.PAGES + "/data/index.js")) {
      FeatureBrowser.writeIndex("Features of " + pass.model().name(), dictionaries, out);
    }
  }
}
