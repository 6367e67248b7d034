package dev.microtome.jobs.labels;

import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.jobs.JobContext;
import dev.microtome.table.Column;
import dev.microtome.table.RowReader;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Warns of erasers that are not what they seem. */
public final class EraserWarnings {
  private EraserWarnings() {}

  @SuppressWarnings("ArrayRecordComponent") // a row at the Parquet border
  record SampleRow(@Column(doc = "the activation") float[] activation) {}

  /** Of those in the run's {@code erasure_report} that erase nothing. */
  public static void ofNothingErased(JobContext context) throws IOException {
    report(context)
        .forEach(
            (eraser, metrics) -> {
              if (metrics.getOrDefault("cross_covariance_before", 1.0) == 0) {
                context.warn(
                    "%s: nothing to erase: the cross-covariance of activations and concept is zero over %.0f rows, whose variance is %s"
                        .formatted(eraser, metrics.get("rows"), metrics.get("variance")));
              }
            });
  }

  /** Of those in the run's {@code erasure_report} that have no more rows than dimensions. */
  public static void ofFewRows(JobContext context) throws IOException {
    report(context)
        .forEach(
            (eraser, metrics) -> {
              if (metrics.getOrDefault("few_rows", 0.0) == 1) {
                context.warn(
                    "%s: %.0f rows for %.0f dimensions: the eraser fits these rows alone; shrinkage = true makes one for others"
                        .formatted(eraser, metrics.get("rows"), metrics.get("dimensions")));
              }
            });
  }

  /**
   * Of one that is fitted to a sample of a hook point's activations, if those are no more than an
   * activation has numbers.
   *
   * @param file with a row or more of the sample, in a column {@code activation}
   * @param advice what makes an eraser for others
   */
  public static void ofFewRows(
      String hook, String concept, long rows, String file, String advice, JobContext context)
      throws IOException {
    int dimensions;
    try (RowReader<SampleRow> sample = context.tables().read(file, SampleRow.class, 0, 1)) {
      dimensions = sample.next().activation().length;
    }
    if (rows <= dimensions) {
      context.warn(
          "%s: %d rows for %d dimensions: the eraser fits these rows alone; %s"
              .formatted(name(hook, concept), rows, dimensions, advice));
    }
  }

  private static Map<String, Map<String, Double>> report(JobContext context) throws IOException {
    Map<String, Map<String, Double>> byEraser = new TreeMap<>();
    context.forEachRow(
        ErasureReportRow.TABLE,
        row ->
            byEraser
                .computeIfAbsent(name(row.hook(), row.concept()), unused -> new HashMap<>())
                .put(row.metric(), row.value()));
    return byEraser;
  }

  private static String name(String hook, String concept) {
    return hook + ", concept '" + concept + "'";
  }
}
