package dev.microtome.jobs.scrubbing;

import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.EraserFile;
import dev.microtome.erasure.EraserSettings;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.HookScrubbing;
import dev.microtome.erasure.ScrubbedHookRow;
import dev.microtome.jobs.PartContext;
import dev.microtome.jobs.PartTask;
import dev.microtome.jobs.labels.LabelShares;
import dev.microtome.jobs.labels.MergedConcept;
import dev.microtome.model.HookPoint;
import dev.microtome.run.RejectedContentException;
import dev.microtome.stats.Moments;
import dev.microtome.table.RowWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Fits the erasers of a hook point. */
record HookErasersTask(
    Scrubbing scrubbing,
    ConceptTargets targets,
    LabelShares shares,
    EraserSettings settings,
    long seed)
    implements PartTask<HookPart> {

  @Override
  public long run(HookPart part, PartContext context) throws IOException {
    HookPoint hook = scrubbing.hook(part.place());
    MergedConcept concept = MergedConcept.read(context.relay(), part.moments().get(0));
    List<Moments> random = new ArrayList<>();
    for (List<String> files : part.moments().subList(1, part.moments().size())) {
      random.add(MergedConcept.read(context.relay(), files).sum());
    }
    Map<String, Double> metrics = concept.check(targets, shares);
    HookScrubbing fit = fit(hook, concept, random);
    metrics.putAll(fit.concept().metrics());
    try (RowWriter<ErasureReportRow> report =
        context.writer(ErasureReportRow.TABLE, hook.address())) {
      for (Map.Entry<String, Double> metric : metrics.entrySet()) {
        report.write(
            new ErasureReportRow(
                hook.address(), scrubbing.concept(), metric.getKey(), metric.getValue()));
      }
    }
    try (RowWriter<ScrubbedHookRow> rows = context.writer(ScrubbedHookRow.TABLE, hook.address())) {
      for (ScrubbedHookRow row : fit.rows(scrubbing.concept(), hook, part.place())) {
        rows.write(row);
      }
    }
    RelayErasers.write(
        new EraserFile(
            hook.address(),
            Optional.of(scrubbing.model().identity()),
            fit.named(scrubbing.concept()),
            Map.of()),
        context);
    return 1;
  }

  private HookScrubbing fit(HookPoint hook, MergedConcept concept, List<Moments> random) {
    try {
      return HookScrubbing.fit(hook, concept.fitter(), random, settings, seed);
    } catch (IllegalArgumentException e) {
      throw new RejectedContentException(
          "%s, concept '%s': %s".formatted(hook, scrubbing.concept(), e.getMessage()), e);
    }
  }
}
