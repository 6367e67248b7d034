package dev.microtome.jobs.labels;

import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.jobs.JobContext;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/** Erasers that were fitted to no more rows than an activation has numbers. */
public final class FewRows {
  private FewRows() {}

  /** Warns of those in the run's {@code erasure_report}. */
  public static void warn(JobContext context) throws IOException {
    Map<String, Map<String, Double>> byEraser = new TreeMap<>();
    context.forEachRow(
        ErasureReportRow.TABLE,
        row ->
            byEraser
                .computeIfAbsent(
                    row.hook() + ", concept '" + row.concept() + "'", unused -> new HashMap<>())
                .put(row.metric(), row.value()));
    byEraser.forEach(
        (eraser, metrics) -> {
          if (metrics.getOrDefault("few_rows", 0.0) == 1) {
            context.warn(
                "%s: %.0f rows for %.0f dimensions: the eraser fits these rows alone; shrinkage = true makes one for others"
                    .formatted(eraser, metrics.get("rows"), metrics.get("dimensions")));
          }
        });
  }
}
