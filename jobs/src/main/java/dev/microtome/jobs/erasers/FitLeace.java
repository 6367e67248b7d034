package dev.microtome.jobs.erasers;

import com.google.auto.service.AutoService;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.run.InputException;
import dev.microtome.table.RowReader;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Fits, for each hook point and concept, the map that removes every linear trace of the concept
 * from activations (LEACE, Belrose et al. 2023).
 *
 * <p>Reads a table {@code activations} and labels: rows (sequence_id, position, concept, value) as
 * generate-corpus writes them, a table with sequence_id, position and a column a concept, or
 * columns of the activations. Writes {@code erasers/HOOK.safetensors} and {@code erasure_report}.
 *
 * <p>One pass over the labels finds the classes; one over the activations sums up moments, a part
 * at a time, which are merged in the order of the parts: the bits do not depend on executors. Each
 * hook point is then fitted by a task of its own.
 *
 * <pre>{@code
 * spark-submit microtome.jar fit-leace --config conf/jobs/fit-leace.conf \
 *   --set activations=runs/activations --set labels=runs/corpus --set concepts=[gender] --output runs/erasers
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class FitLeace implements Job<FitLeaceConfig, FitLeacePart> {
  private static final System.Logger LOG = System.getLogger(FitLeace.class.getName());
  private static final int LABELS_PER_PART = 1 << 20;

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
  public Plan<FitLeacePart> plan(FitLeaceConfig config, Inputs inputs) {
    ActivationSource.Opened activations = ActivationSource.open(config.activations(), inputs);
    if (activations.table().rows() == 0) {
      throw new InputException("activations: %s has no rows".formatted(config.activations()));
    }
    try {
      LabelTable.Opened labels = LabelTable.open(config, activations.table(), inputs);
      boolean beside = labels.labels().layout() == LabelTable.Layout.ACTIVATIONS;
      List<FitLeacePart> parts = new ArrayList<>();
      for (FitPart part :
          new FitParts(inputs.tables())
              .cut(
                  activations.table().files(),
                  beside ? List.of() : labels.table().files(),
                  config.rowsPerPart())) {
        parts.add(
            new FitLeacePart(
                part, activations.encoding(), labels.labels(), labels.table().files()));
      }
      return new Plan<>(parts, "activations", activations.table().rows(), -1, -1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void run(FitLeaceConfig config, Plan<FitLeacePart> plan, JobContext context) {
    FitLeacePart shared = plan.parts().get(0);
    try {
      LabelCensus census = census(config, shared, context);
      List<ConceptTargets> targets = census.targets();
      // Without what all parts share, which the task holds.
      context.runParts(
          new Plan<>(
              plan.parts().stream().map(FitLeacePart::part).toList(),
              plan.unit(),
              plan.totalUnits(),
              -1,
              -1),
          new MomentsTask(
              shared.encoding(), shared.labels(), targets, config.unlabelled(), config.hooks()));
      List<ErasersPart> hooks = hooks(config, context);
      Map<String, Long> labels = new HashMap<>();
      if (shared.labels().layout() != LabelTable.Layout.ACTIVATIONS) {
        for (ConceptTargets target : targets) {
          labels.put(target.concept(), census.labels(target.concept()));
        }
      }
      context.runStage(
          "erasers",
          new Plan<>(hooks, "erasers", (long) hooks.size() * targets.size(), -1, -1),
          new ErasersTask(
              targets,
              labels,
              config.eraserSettings(),
              config.maxUnlabelled(),
              config.maxUnmatchedLabels()));
      warn(config, context);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static LabelCensus census(FitLeaceConfig config, FitLeacePart shared, JobContext context)
      throws IOException {
    List<TokenSlices> parts = TokenSlices.cut(shared.labelFiles(), LABELS_PER_PART);
    long rows = shared.labelFiles().stream().mapToLong(TableInput.TableFile::rows).sum();
    context.runStage(
        "labels", new Plan<>(parts, "labels", rows, -1, -1), new CountsTask(shared.labels()));
    LabelCensus census = new LabelCensus(shared.labels(), config.unlabelled());
    context.forEachRow(FitTables.COUNTS, census::add);
    return census;
  }

  /** The hook points found, each with the files of its moments. */
  private static List<ErasersPart> hooks(FitLeaceConfig config, JobContext context)
      throws IOException {
    Map<String, List<String>> files = new LinkedHashMap<>();
    for (TableInput.TableFile file : context.written(FitTables.MOMENTS).files()) {
      try (RowReader<FitTables.HookRow> rows =
          context.tables().read(file.path(), FitTables.HookRow.class, 0, 1)) {
        files.computeIfAbsent(rows.next().hook(), unused -> new ArrayList<>()).add(file.path());
      }
    }
    for (String hook : config.hooks()) {
      if (!files.containsKey(hook)) {
        throw new InputException(
            "hooks: no activation in %s is of %s".formatted(config.activations(), hook));
      }
    }
    List<ErasersPart> parts = new ArrayList<>();
    files.forEach((hook, moments) -> parts.add(new ErasersPart(hook, moments)));
    return parts;
  }

  private static void warn(FitLeaceConfig config, JobContext context) throws IOException {
    if (config.shrinkage()) {
      return;
    }
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
          if (metrics.get("few_rows") == 1) {
            LOG.log(
                System.Logger.Level.WARNING,
                "%s: %.0f rows for %.0f dimensions: the eraser fits these rows alone; shrinkage = true makes one for others"
                    .formatted(eraser, metrics.get("rows"), metrics.get("dimensions")));
          }
        });
  }
}
