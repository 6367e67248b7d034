package dev.microtome.jobs.report;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.auto.service.AutoService;
import dev.microtome.circuits.CircuitScoreRow;
import dev.microtome.config.InputPath;
import dev.microtome.dynamics.LossByPositionRow;
import dev.microtome.dynamics.LossPcaComponentRow;
import dev.microtome.dynamics.LossPcaRow;
import dev.microtome.heads.HeadScoreRow;
import dev.microtome.heads.InContextRow;
import dev.microtome.heads.RepeatPredictionRow;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.RunInput;
import dev.microtome.jobs.TableInput;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.probing.ErasureProbeRow;
import dev.microtome.run.FileStore;
import dev.microtome.run.InputException;
import dev.microtome.sae.evaluation.DensityHistogramRow;
import dev.microtome.sae.evaluation.FeatureExampleRow;
import dev.microtome.sae.evaluation.FeatureLogitRow;
import dev.microtome.sae.evaluation.FeatureRow;
import dev.microtome.sae.evaluation.SaeEvaluationRow;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Shows what a pipeline's tables say: one page, with pictures, that a web browser opens from a
 * disk.
 *
 * <p>Reads tables of {@code induction-heads}, {@code framework}, {@code loss-pca}, {@code
 * evaluate-sae}, {@code sae-features}, {@code evaluate-erasure} and {@code token-losses}, as far as
 * they are given, and manifests of any runs. Writes no table but {@code page/index.html}, which
 * loads nothing and links to the pages of {@code sae-features} beside it.
 *
 * <pre>{@code
 * spark-submit microtome.jar report --config conf/jobs/report.conf \
 *   --set heads=runs/heads --set loss-pca=runs/loss-pca --output runs/report
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class Report implements Job<ReportConfig, ReportPart> {
  /** Folder of the page. */
  static final String PAGE = "page";

  private static final String BROWSER = "browser";
  private static final String LOSSES = "loss_by_position";

  @Override
  public String name() {
    return "report";
  }

  @Override
  public String summary() {
    return "Show what a pipeline's tables say, on one page with pictures";
  }

  @Override
  public Class<ReportConfig> configType() {
    return ReportConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of();
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(
        new ArtifactSpec(
            PAGE,
            "index.html",
            "The page: open it in a web browser, without a server or a network."));
  }

  @Override
  public Plan<ReportPart> plan(ReportConfig config, Inputs inputs) {
    Opening opening = new Opening(inputs);
    opening.open("heads", config.heads(), "head_scores", HeadScoreRow.class);
    opening.openIfWritten("heads", config.heads(), "repeat_predictions", RepeatPredictionRow.class);
    opening.openIfWritten("heads", config.heads(), "in_context_learning", InContextRow.class);
    opening.open("framework", config.framework(), "circuit_scores", CircuitScoreRow.class);
    opening.open("loss-pca", config.lossPca(), "loss_pca", LossPcaRow.class);
    opening.open("loss-pca", config.lossPca(), "loss_pca_components", LossPcaComponentRow.class);
    opening.open(
        "sae-evaluation", config.saeEvaluation(), "sae_evaluation", SaeEvaluationRow.class);
    opening.openIfWritten(
        "sae-evaluation", config.saeEvaluation(), "density_histogram", DensityHistogramRow.class);
    opening.open("sae-features", config.saeFeatures(), "features", FeatureRow.class);
    opening.open("sae-features", config.saeFeatures(), "feature_examples", FeatureExampleRow.class);
    opening.openIfWritten(
        "sae-features", config.saeFeatures(), "feature_logits", FeatureLogitRow.class);
    opening.open("erasure", config.erasure(), "erasure_probes", ErasureProbeRow.class);
    opening.open("losses", config.losses(), LOSSES, ErasedLoss.BEFORE, LossByPositionRow.class);
    opening.open(
        "erased-losses", config.erasedLosses(), LOSSES, ErasedLoss.AFTER, LossByPositionRow.class);
    List<StepFacts> steps = new ArrayList<>();
    for (InputPath step : config.steps()) {
      RunInput run = inputs.run(step);
      steps.add(StepFacts.of(run.outputName(), run.manifest()));
    }
    ReportPart part =
        new ReportPart(
            config.title(),
            opening.tables,
            steps,
            erased(config.erasedLosses(), inputs),
            browser(config.saeFeatures(), inputs));
    return new Plan<>(List.of(part), "tables", opening.tables.size(), -1, -1);
  }

  /** The tables that are opened, one after the other. */
  private static final class Opening {
    private final Inputs inputs;
    private final List<GivenTable> tables = new ArrayList<>();

    Opening(Inputs inputs) {
      this.inputs = inputs;
    }

    void open(String key, Optional<InputPath> path, String table, Class<? extends Record> rowType) {
      open(key, path, table, table, rowType);
    }

    /** The same for a table that the page has under another name. */
    void open(
        String key,
        Optional<InputPath> path,
        String table,
        String name,
        Class<? extends Record> rowType) {
      if (path.isPresent()) {
        TableInput found = inputs.table(path.get(), table, rowType);
        if (found.rows() == 0) {
          throw new InputException(
              "%s: table %s of %s has no rows".formatted(key, table, path.get()));
        }
        tables.add(new GivenTable(name, found));
      }
    }

    /** A table that the job writes only if it was asked to. */
    void openIfWritten(
        String key, Optional<InputPath> path, String table, Class<? extends Record> rowType) {
      if (path.isPresent() && inputs.run(path.get()).manifest().tables().containsKey(table)) {
        open(key, path, table, rowType);
      }
    }
  }

  /** What a run of token-losses erased, by its configuration. */
  private static String erased(Optional<InputPath> losses, Inputs inputs) {
    if (losses.isEmpty()) {
      return "";
    }
    JsonNode configuration = inputs.run(losses.get()).manifest().configuration();
    JsonNode concept = configuration.path("erase-concept");
    if (!concept.isTextual()) {
      throw new InputException(
          "erased-losses: %s erased nothing, expected a run of token-losses with erasers"
              .formatted(losses.get()));
    }
    List<String> hooks = new ArrayList<>();
    configuration.path("erase-hooks").forEach(hook -> hooks.add(hook.asText()));
    return "%s at %s".formatted(concept.textValue(), String.join(", ", hooks));
  }

  private static String browser(Optional<InputPath> features, Inputs inputs) {
    if (features.isEmpty() || inputs.output().isEmpty()) {
      return "";
    }
    RunInput run = inputs.run(features.get());
    try {
      String output = inputs.files().qualify(inputs.output().get());
      return run.manifest().artifacts().containsKey(BROWSER)
          ? Links.from(FileStore.resolve(output, "RUN/" + PAGE), run.path() + "/" + BROWSER)
          : "";
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public TaskMemory memory(ReportConfig config, Plan<ReportPart> plan, Inputs inputs) {
    return TaskMemory.steady("small tables, one after the other");
  }

  @Override
  public void run(ReportConfig config, Plan<ReportPart> plan, JobContext context) {
    context.runParts(plan, new WriteReport());
  }
}
