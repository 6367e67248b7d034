package dev.microtome.jobs.probes;

import com.google.auto.service.AutoService;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.inputs.EraserFolder;
import dev.microtome.jobs.labels.EraserWarnings;
import dev.microtome.jobs.labels.LabelledActivations;
import dev.microtome.jobs.labels.LabelledPart;
import dev.microtome.probing.ClassDistanceRow;
import dev.microtome.probing.ErasureProbeRow;
import dev.microtome.run.RejectedContentException;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Erases concepts from activations in several ways and fits probes to what is left: is the concept
 * gone, and how far did activations move?
 *
 * <p>Reads a table {@code activations}, labels, and the erasers of {@code fit-leace}. Writes {@code
 * erasure_probes} and {@code class_distances}. Rows are drawn as by {@code train-probe}; the
 * erasers beside the given ones, and all probes, are fitted to the same rows, and scored on
 * sequences held out.
 *
 * <pre>{@code
 * spark-submit microtome.jar evaluate-erasure --config conf/jobs/evaluate-erasure.conf \
 *   --set activations=runs/activations --set labels=runs/corpus --set concepts=[gender] \
 *   --set erasers=runs/erasers --output runs/erasure
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class EvaluateErasure implements Job<EvaluateErasureConfig, LabelledPart> {
  /** The rows outside of the heap; in float64 what an eraser leaves, and what is chosen of that. */
  private static final int COPIES = Float.BYTES + 2 * Double.BYTES;

  /** Moments, and what a fit holds. */
  private static final int MATRICES = 1 + LeaceFitter.FIT_MATRICES;

  @Override
  public String name() {
    return "evaluate-erasure";
  }

  @Override
  public String summary() {
    return "Compare erasers by what probes find after them and how far activations move";
  }

  @Override
  public Class<EvaluateErasureConfig> configType() {
    return EvaluateErasureConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(ErasureProbeRow.TABLE, ClassDistanceRow.TABLE);
  }

  @Override
  public Plan<LabelledPart> plan(EvaluateErasureConfig config, Inputs inputs) {
    Plan<LabelledPart> plan =
        LabelledActivations.plan(config.source(), config.rowsPerPart(), inputs);
    if (config.erasers().isEmpty()) {
      return plan;
    }
    try {
      String hook =
          config.hooks().isEmpty()
              ? LabelledActivations.firstHook(plan.parts().get(0), inputs)
              : config.hooks().get(0);
      EraserFolder erasers =
          EraserFolder.open(
              config.erasers().get(),
              hook,
              config.acceptOtherModel()
                  ? Optional.empty()
                  : Optional.ofNullable(plan.parts().get(0).model()),
              inputs);
      for (String concept : config.concepts()) {
        for (String each : config.hooks().isEmpty() ? List.of(hook) : config.hooks()) {
          erasers.require(each, concept, inputs);
        }
      }
      return new Plan<>(
          plan.parts().stream().map(part -> part.with(erasers)).toList(),
          plan.unit(),
          plan.totalUnits(),
          -1,
          -1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TaskMemory memory(EvaluateErasureConfig config, Plan<LabelledPart> plan, Inputs inputs) {
    long width = LabelledActivations.width(config.source(), config.hooks(), plan, inputs);
    return config
        .sample()
        .memory(config.concepts().size(), width, plan.totalUnits(), COPIES, MATRICES);
  }

  @Override
  public void run(EvaluateErasureConfig config, Plan<LabelledPart> plan, JobContext context) {
    try {
      SampleStages.Sampled sampled =
          SampleStages.run(
              plan,
              config.unlabelled(),
              config.hooks(),
              config.activations(),
              config.sample(),
              config.maxUnlabelled(),
              config.maxUnmatchedLabels(),
              context);
      for (ConceptColumns concept : sampled.examples().concepts()) {
        if (concept.isReal()) {
          throw new RejectedContentException(
              "concepts: the values of %s are numbers; evaluate-erasure takes classes"
                  .formatted(concept.name()));
        }
      }
      long concepts = (long) sampled.hooks().size() * config.concepts().size();
      context.runStage(
          "erasure",
          new Plan<>(sampled.hooks(), "concepts", concepts, -1, -1),
          new EvaluateTask(
              sampled.examples(), plan.parts().get(0).erasers(), config.erasureSettings()));
      warnOfFewRows(sampled.hooks(), context);
      warnOfNothingErased(context);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void warnOfNothingErased(JobContext context) throws IOException {
    Map<String, Set<String>> idle = new TreeMap<>();
    context.forEachRow(
        ErasureProbeRow.TABLE,
        (ErasureProbeRow row) -> {
          if (row.rank() == 0 && !row.eraser().equals("none")) {
            idle.computeIfAbsent(
                    "%s, concept '%s'".formatted(row.hook(), row.concept()),
                    unused -> new TreeSet<>())
                .add(row.eraser());
          }
        });
    idle.forEach(
        (name, erasers) ->
            context.warn(
                "%s: erasers of rank 0, which erase nothing: %s"
                    .formatted(name, String.join(", ", erasers))));
  }

  private static void warnOfFewRows(List<HookPart> hooks, JobContext context) throws IOException {
    Map<String, Map<String, Long>> rows = new TreeMap<>();
    context.forEachRow(
        ErasureProbeRow.TABLE,
        (ErasureProbeRow row) ->
            rows.computeIfAbsent(row.hook(), unused -> new TreeMap<>())
                .put(row.concept(), row.trainRows()));
    for (HookPart hook : hooks) {
      for (Map.Entry<String, Long> concept : rows.getOrDefault(hook.hook(), Map.of()).entrySet()) {
        EraserWarnings.ofFewRows(
            hook.hook(),
            concept.getKey(),
            concept.getValue(),
            hook.samples().get(0),
            "one of fit-leace with shrinkage = true, given as erasers, is for others",
            context);
      }
    }
  }
}
