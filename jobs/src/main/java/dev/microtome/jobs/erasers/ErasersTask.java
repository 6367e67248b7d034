package dev.microtome.jobs.erasers;

import dev.microtome.erasure.ConceptMomentsRow;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.LeaceFit;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.LabelShares;
import dev.microtome.jobs.labels.Unlabelled;
import dev.microtome.run.RejectedContentException;
import dev.microtome.stats.Moments;
import dev.microtome.table.RowReader;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Merges the moments of a hook point and fits its erasers. */
record ErasersTask(List<ConceptTargets> targets, LabelShares shares, EraserSettings settings)
    implements PartTask<ErasersPart> {

  @Override
  public long run(ErasersPart part, PartContext context) throws IOException {
    Map<String, Merged> merged = merge(part, context);
    Map<String, LeaceEraser> erasers = new TreeMap<>();
    try (RowWriter<ErasureReportRow> report = context.writer(ErasureReportRow.TABLE, part.hook())) {
      for (ConceptTargets target : targets) {
        Merged sums = merged.get(target.concept());
        Map<String, Double> metrics = check(part.hook(), target, sums);
        LeaceFit fit = fit(part.hook(), target, sums);
        erasers.put(target.concept(), fit.eraser());
        metrics.putAll(fit.metrics());
        for (Map.Entry<String, Double> metric : metrics.entrySet()) {
          report.write(
              new ErasureReportRow(
                  part.hook(), target.concept(), metric.getKey(), metric.getValue()));
        }
      }
    }
    Path file = Files.createTempFile("erasers", ".safetensors");
    try {
      new EraserFile(part.hook(), erasers).write(file);
      try (OutputStream out =
          context.artifact(FitTables.ERASERS.name() + "/" + part.hook() + ".safetensors")) {
        Files.copy(file, out);
      }
    } finally {
      Files.delete(file);
    }
    return targets.size();
  }

  /** The moments of all parts for one concept. */
  private static final class Merged {
    private final int dimensions;
    private final Moments moments;
    private long unlabelled;

    Merged(ConceptMomentsRow first) {
      dimensions = first.dimensions();
      moments = first.moments();
      unlabelled = first.unlabelled();
    }

    void add(ConceptMomentsRow row, String path) {
      if (row.dimensions() != dimensions) {
        throw new RejectedContentException(
            "%s: activations have %d and %d numbers (%s)"
                .formatted(row.hook(), dimensions, row.dimensions(), path));
      }
      moments.merge(row.moments());
      unlabelled += row.unlabelled();
    }
  }

  private static Map<String, Merged> merge(ErasersPart part, PartContext context)
      throws IOException {
    Map<String, Merged> merged = new LinkedHashMap<>();
    for (String path : part.moments()) {
      try (RowReader<ConceptMomentsRow> rows =
          context.tables().read(path, ConceptMomentsRow.class)) {
        while (rows.hasNext()) {
          ConceptMomentsRow row = rows.next();
          Merged sums = merged.get(row.concept());
          if (sums == null) {
            merged.put(row.concept(), new Merged(row));
          } else {
            sums.add(row, path);
          }
        }
      }
    }
    return merged;
  }

  /** Counts, once they are known not to mislead. */
  private Map<String, Double> check(String hook, ConceptTargets target, Merged sums) {
    String what = "%s, concept '%s'".formatted(hook, target.concept());
    long rows = sums.moments.count();
    // Of a class of their own, unlabelled activations are among the rows.
    long without = classRows(target, sums, Unlabelled.NAME);
    long unmatched = shares.require(hook, target.concept(), rows - without, sums.unlabelled);
    Map<String, Double> metrics = new LinkedHashMap<>();
    metrics.put("unlabelled_rows", (double) sums.unlabelled);
    if (shares.labels().containsKey(target.concept())) {
      metrics.put("unmatched_labels", (double) unmatched);
    }
    metrics.put("targets", (double) target.width());
    int at = 0;
    List<String> names = target.names();
    for (ConceptTargets.LabelColumn column : target.columns()) {
      List<String> present = new ArrayList<>();
      for (String value : column.classes()) {
        long count = count(sums, at);
        metrics.put("class_rows:" + names.get(at), (double) count);
        at++;
        if (count > 0) {
          present.add(value);
        }
        if (count == 1) {
          throw new RejectedContentException(
              "%s: class '%s' has one row only, which an eraser would single out; leave it out or join it with another"
                  .formatted(what, value));
        }
      }
      if (column.isReal()) {
        requireVaries(what, column.name(), sums, at);
        at++;
      } else if (present.size() < 2) {
        throw new RejectedContentException(
            "%s: all %,d activations are of class %s; two classes are needed"
                .formatted(what, rows, present));
      }
    }
    return metrics;
  }

  private static void requireVaries(String what, String column, Merged sums, int at) {
    int place = sums.dimensions + at;
    if (sums.moments.scatter(place, place + 1, place, place + 1).trace() == 0) {
      throw new RejectedContentException(
          "%s: %s is %s in all %,d rows; there is nothing to erase"
              .formatted(what, column, sums.moments.mean()[place], sums.moments.count()));
    }
  }

  private static long classRows(ConceptTargets target, Merged sums, String name) {
    int at = target.names().indexOf(name);
    return at < 0 ? 0 : count(sums, at);
  }

  /** Rows of a class: what its column of z sums up to. */
  private static long count(Merged sums, int at) {
    return Math.round(sums.moments.mean()[sums.dimensions + at] * sums.moments.count());
  }

  private LeaceFit fit(String hook, ConceptTargets target, Merged sums) {
    try {
      return LeaceFitter.of(sums.dimensions, sums.moments).fit(settings);
    } catch (IllegalArgumentException e) {
      throw new RejectedContentException(
          "%s, concept '%s': %s".formatted(hook, target.concept(), e.getMessage()), e);
    }
  }
}
