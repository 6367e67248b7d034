package dev.microtome.jobs.erasers;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.LabelledErasure;
import dev.microtome.erasure.LeaceEraser;
import dev.microtome.erasure.QuadraticFitter;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.EraserKeys;
import dev.microtome.jobs.labels.LabelShares;
import dev.microtome.jobs.labels.MergedClasses;
import dev.microtome.jobs.labels.MergedConcept;
import dev.microtome.model.ModelIdentity;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Fits the erasers of a hook point, one concept after the other.
 *
 * @param model whose activations they are fitted to; null where that is not known
 */
record ErasersTask(
    List<ConceptTargets> targets,
    LabelShares shares,
    FitMethod method,
    EraserKeys keys,
    ModelIdentity model)
    implements PartTask<ErasersPart> {

  @Override
  public long run(ErasersPart part, PartContext context) throws IOException {
    Map<String, LeaceEraser> erasers = new TreeMap<>();
    Map<String, LabelledErasure> labelled = new TreeMap<>();
    try (RowWriter<ErasureReportRow> report = context.writer(ErasureReportRow.TABLE, part.hook())) {
      for (int i = 0; i < targets.size(); i++) {
        String concept = targets.get(i).concept();
        ConceptFit fit = fit(part.hook(), targets.get(i), part.concepts().get(i), context);
        fit.eraser().ifPresent(eraser -> erasers.put(concept, eraser));
        fit.labelled().ifPresent(eraser -> labelled.put(concept, eraser));
        for (Map.Entry<String, Double> metric : fit.metrics().entrySet()) {
          report.write(
              new ErasureReportRow(part.hook(), concept, metric.getKey(), metric.getValue()));
        }
      }
    }
    Path file = Files.createTempFile("erasers", ".safetensors");
    try {
      new EraserFile(part.hook(), Optional.ofNullable(model), erasers, labelled).write(file);
      try (OutputStream out =
          context.artifact(FitTables.ERASERS.name() + "/" + part.hook() + ".safetensors")) {
        Files.copy(file, out);
      }
    } finally {
      Files.delete(file);
    }
    return targets.size();
  }

  /** The fit; what was counted stands before its metrics. */
  private ConceptFit fit(
      String hook, ConceptTargets target, ErasersPart.Sums sums, PartContext context)
      throws IOException {
    Map<String, Double> metrics = new LinkedHashMap<>();
    ConceptFit fit;
    try {
      if (method == FitMethod.QUADRATIC) {
        MergedClasses classes = MergedClasses.read(context.relay(), sums.files());
        metrics.putAll(classes.check(target, shares));
        fit =
            ConceptFit.of(
                target,
                classes
                    .fitter()
                    .fit(
                        keys.shrinkage()
                            ? QuadraticFitter.ClassCovariance.SHRUNK
                            : QuadraticFitter.ClassCovariance.SAMPLE,
                        QuadraticFitter.Centre.MEAN_OF_ROWS));
      } else {
        MergedConcept merged = MergedConcept.read(context.relay(), sums.files().get(0));
        metrics.putAll(merged.check(target, shares));
        fit =
            method.projection().isPresent()
                ? ConceptFit.of(merged.fitter().fit(keys.settings(method.projection().get())))
                : ConceptFit.of(target, merged.fitter().oracle(keys.tolerance()));
      }
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new RejectedContentException(
          "%s, concept '%s': %s".formatted(hook, target.concept(), e.getMessage()), e);
    }
    metrics.putAll(fit.metrics());
    return new ConceptFit(fit.eraser(), fit.labelled(), metrics);
  }
}
