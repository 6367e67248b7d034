package dev.microtome.jobs.erasers;

import com.google.auto.service.AutoService;
import dev.microtome.config.ConfigException;
import dev.microtome.erasure.ConceptSum;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.labels.EraserWarnings;
import dev.microtome.jobs.labels.LabelCensus;
import dev.microtome.jobs.labels.LabelTable;
import dev.microtome.jobs.labels.LabelledActivations;
import dev.microtome.jobs.labels.LabelledPart;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * Fits, for each hook point and concept, the map that removes every linear trace of the concept
 * from activations (LEACE, Belrose et al. 2023), or another eraser ({@link FitMethod}).
 *
 * <p>Reads a table {@code activations} and labels: rows (sequence_id, position, concept, value) as
 * generate-corpus writes them, a table with sequence_id, position and a column a concept, or
 * columns of the activations. Writes {@code erasers/HOOK.safetensors} and {@code erasure_report}.
 *
 * <p>One pass over the labels finds the classes, another one sorts them by sequence if they are
 * not; one over the activations sums up moments, a part at a time, which a tree of tasks merges in
 * the order of the parts ({@link HookSums}): the bits do not depend on executors. Each hook point
 * is then fitted by a task of its own.
 *
 * <pre>{@code
 * spark-submit microtome.jar fit-leace --config conf/jobs/fit-leace.conf \
 *   --set activations=runs/activations --set labels=runs/corpus --set concepts=[gender] --output runs/erasers
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class FitLeace implements Job<FitLeaceConfig, LabelledPart> {
  private static final int FEWEST_CLASSES = 2;

  @Override
  public String name() {
    return "fit-leace";
  }

  @Override
  public String summary() {
    return "Fit erasers of concepts to activations with labels (LEACE)";
  }

  @Override
  public Class<FitLeaceConfig> configType() {
    return FitLeaceConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(ErasureReportRow.TABLE);
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(FitTables.ERASERS);
  }

  @Override
  public Plan<LabelledPart> plan(FitLeaceConfig config, Inputs inputs) {
    Plan<LabelledPart> plan =
        LabelledActivations.plan(config.source(), config.rowsPerPart(), inputs);
    if (config.method() == FitMethod.QUADRATIC) {
      requireClasses(plan.parts().get(0).labels());
    }
    return plan;
  }

  @Override
  public TaskMemory memory(FitLeaceConfig config, Plan<LabelledPart> plan, Inputs inputs) {
    long width = LabelledActivations.width(config.source(), config.hooks(), plan, inputs);
    boolean byClass = config.sums() == ConceptSum.Kind.BY_CLASS;
    long sums = (long) config.concepts().size() * (byClass ? FEWEST_CLASSES : 1);
    return new TaskMemory(
        (sums + LeaceFitter.FIT_MATRICES) * width * width * Double.BYTES,
        "sums of a hook point, %,d numbers wide, for each concept%s, and the fit of one"
            .formatted(
                width, byClass ? " and class, of two classes; there may be more of them" : ""));
  }

  @Override
  public void run(FitLeaceConfig config, Plan<LabelledPart> plan, JobContext context) {
    LabelledPart shared = plan.parts().get(0);
    try {
      LabelCensus census = LabelledActivations.census(shared, config.unlabelled(), context);
      List<ConceptTargets> targets = census.targets();
      LabelledActivations.Joined joined = LabelledActivations.join(plan, config.hooks(), context);
      context.runParts(
          joined.plan(),
          new MomentsTask(joined.reader(), targets, config.unlabelled(), config.sums()));
      List<ErasersPart> hooks = HookSums.merge(config, targets, context);
      context.runStage(
          "erasers",
          new Plan<>(hooks, "erasers", (long) hooks.size() * targets.size(), -1, -1),
          new ErasersTask(
              targets,
              config.keys().shares(LabelledActivations.labelCounts(shared, census)),
              config.method(),
              config.keys(),
              shared.model()));
      EraserWarnings.ofNothingErased(context);
      if (!config.shrinkage()) {
        EraserWarnings.ofFewRows(context);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void requireClasses(LabelTable labels) {
    for (LabelTable.ConceptSource concept : labels.concepts()) {
      if (concept.columns().size() > 1 || concept.columns().get(0).real()) {
        throw new ConfigException(
            "method",
            "quadratic",
            "erases the classes of one column; '%s' is of %s"
                .formatted(
                    concept.name(), concept.columns().size() > 1 ? "several columns" : "numbers"));
      }
    }
  }
}
