package dev.microtome.jobs.erasers;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.LeaceFit;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.LabelShares;
import dev.microtome.jobs.labels.MergedConcept;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Fits the erasers of a hook point, one concept after the other. */
record ErasersTask(List<ConceptTargets> targets, LabelShares shares, EraserSettings settings)
    implements PartTask<ErasersPart> {

  @Override
  public long run(ErasersPart part, PartContext context) throws IOException {
    Map<String, LeaceEraser> erasers = new TreeMap<>();
    try (RowWriter<ErasureReportRow> report = context.writer(ErasureReportRow.TABLE, part.hook())) {
      for (int i = 0; i < targets.size(); i++) {
        ConceptTargets target = targets.get(i);
        MergedConcept sums = MergedConcept.read(context.relay(), part.moments().get(i));
        Map<String, Double> metrics = sums.check(target, shares);
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

  private LeaceFit fit(String hook, ConceptTargets target, MergedConcept sums) {
    try {
      return sums.fitter().fit(settings);
    } catch (IllegalArgumentException e) {
      throw new RejectedContentException(
          "%s, concept '%s': %s".formatted(hook, target.concept(), e.getMessage()), e);
    }
  }
}
