package dev.microtome.jobs.scrubbing;

import com.google.auto.service.AutoService;
import dev.microtome.erasure.ConceptTargets;
import dev.microtome.erasure.ErasureReportRow;
import dev.microtome.erasure.LeaceFitter;
import dev.microtome.erasure.ScrubbedHookRow;
import dev.microtome.erasure.ScrubbingLossRow;
import dev.microtome.erasure.ScrubbingLosses;
import dev.microtome.jobs.ArtifactSpec;
import dev.microtome.jobs.Inputs;
import dev.microtome.jobs.Job;
import dev.microtome.jobs.JobContext;
import dev.microtome.jobs.PartOutput;
import dev.microtome.jobs.Plan;
import dev.microtome.jobs.TaskMemory;
import dev.microtome.jobs.inputs.TokenSlices;
import dev.microtome.jobs.labels.EraserWarnings;
import dev.microtome.jobs.labels.LabelCensus;
import dev.microtome.jobs.labels.LabelledTokens;
import dev.microtome.jobs.labels.MergeTree;
import dev.microtome.jobs.labels.MomentsFile;
import dev.microtome.model.HookPoint;
import dev.microtome.model.HookPoints;
import dev.microtome.table.RowWriter;
import dev.microtome.table.TableSpec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Erases a concept from a model layer by layer and says what that costs (concept scrubbing, Belrose
 * et al. 2023).
 *
 * <p>Reads a model, tokens and their labels. For each hook point in the order of the pass, one pass
 * over the tokens with the erasers of all hook points below in place, up to this one, sums up what
 * arrives there; an eraser is fitted to it, and the next hook point sees it applied. Erasers are
 * linear maps that know nothing of a token's label (not the paper's oracle, which needs it): they
 * apply at every position, those without a label and those of BOS included. Writes {@code
 * erasers/HOOK.safetensors}, {@code scrubbing_losses}: the loss of the model as it is, scrubbed,
 * and under random subspaces of the same rank at the same hook points; {@code scrubbed_hooks} and
 * {@code erasure_report}.
 *
 * <p>Cost: with H hook points and R random subspaces H·(1 + R) partial passes over the tokens, of
 * half the model on average, and 2 + R whole ones over those compared. A stage for each hook point:
 * a killed run goes on with the one it was at. Moments are merged in the order of the parts, so
 * that the bits do not depend on executors.
 *
 * <pre>{@code
 * spark-submit microtome.jar scrub --config conf/jobs/scrub.conf \
 *   --set model=runs/models/one-layer --set tokens=runs/corpus --set labels=runs/corpus \
 *   --set concept=part_of_speech --set held-out-tokens=runs/held-out --output runs/scrubbed
 * }</pre>
 */
@SuppressWarnings("rawtypes") // AutoService names the interface by its class
@AutoService(Job.class)
public final class Scrub implements Job<ScrubConfig, ScrubPart> {
  @Override
  public String name() {
    return "scrub";
  }

  @Override
  public String summary() {
    return "Erase a concept from a model layer by layer, and compare losses (concept scrubbing)";
  }

  @Override
  public Class<ScrubConfig> configType() {
    return ScrubConfig.class;
  }

  @Override
  public List<TableSpec<?>> tables() {
    return List.of(ScrubbingLossRow.TABLE, ScrubbedHookRow.TABLE, ErasureReportRow.TABLE);
  }

  @Override
  public List<ArtifactSpec> artifacts() {
    return List.of(ScrubTables.ERASERS);
  }

  @Override
  public Plan<ScrubPart> plan(ScrubConfig config, Inputs inputs) {
    try {
      return new ScrubPlan(config, inputs).plan();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public List<String> outline(ScrubConfig config, Plan<ScrubPart> plan, Inputs inputs) {
    Scrubbing scrubbing = plan.parts().get(0).scrubbing();
    return List.of(
        "  scrubs: "
            + scrubbing.hooks().stream().map(HookPoint::address).collect(Collectors.joining(", ")),
        "  compares: " + String.join(", ", scrubbing.variants()));
  }

  @Override
  public TaskMemory memory(ScrubConfig config, Plan<ScrubPart> plan, Inputs inputs) {
    HookPoints points = HookPoints.of(inputs.modelFiles().get(0).config());
    Scrubbing scrubbing = plan.parts().get(0).scrubbing();
    long width =
        scrubbing.hooks().stream()
            .mapToLong(hook -> points.shape(hook).sizePerPosition(1))
            .max()
            .orElse(0);
    return new TaskMemory(
        (1 + scrubbing.randomSubspaces() + LeaceFitter.FIT_MATRICES) * width * width * Double.BYTES,
        "sums of a hook point, %,d numbers wide, for the concept and each random subspace, and the fit of one"
            .formatted(width));
  }

  @Override
  public void run(ScrubConfig config, Plan<ScrubPart> plan, JobContext context) {
    ScrubPart shared = plan.parts().get(0);
    Scrubbing scrubbing = shared.scrubbing();
    try {
      fit(config, shared, context);
      List<TokenSlices> compared = plan.parts().stream().map(ScrubPart::tokens).toList();
      context.runParts(
          new Plan<>(compared, plan.unit(), plan.totalUnits(), -1, -1), new LossesTask(scrubbing));
      context.runOnDriver("merge", output -> merge(scrubbing, context, output));
      EraserWarnings.ofNothingErased(context);
      if (!config.shrinkage()) {
        EraserWarnings.ofFewRows(context);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void fit(ScrubConfig config, ScrubPart shared, JobContext context)
      throws IOException {
    LabelCensus census = shared.fitted().census(config.unlabelled(), context);
    LabelledTokens fitted = shared.fitted().inRanges(context);
    Scrubbing scrubbing = shared.scrubbing().with(fitted.labels());
    ConceptTargets targets = census.targets().get(0);
    HookErasersTask erasers =
        new HookErasersTask(
            scrubbing,
            targets,
            config.keys().shares(Map.of(config.concept(), census.labels(config.concept()))),
            config.eraserSettings(),
            config.seed());
    Plan<LabelledTokens.Part> pass =
        new Plan<>(fitted.parts(), "sequences", shared.fittedSequences(), -1, -1);
    for (int place = 0; place < scrubbing.hooks().size(); place++) {
      context.runStage(
          "moments_%04d".formatted(place), pass, new HookMomentsTask(scrubbing, place, targets));
      MergeTree tree =
          new MergeTree("merge_%04d".formatted(place), "moments", MomentsFile::merge, context);
      HookPart hook =
          new HookPart(place, tree.merge(scrubbing.moments(place, fitted.parts().size())));
      context.runStage(
          "erasers_%04d".formatted(place),
          new Plan<>(List.of(hook), "erasers", 1, -1, -1),
          erasers);
      context.relay().delete(scrubbing.moments(place));
      tree.delete();
    }
  }

  /** Merges part after part, in their order, so that a rerun has the same bits. */
  private static void merge(Scrubbing scrubbing, JobContext context, PartOutput output)
      throws IOException {
    List<String> variants = scrubbing.variants();
    ScrubbingLosses losses = ScrubbingLosses.of(variants);
    context.forEachRow(ScrubTables.SUMS, row -> losses.merge(ScrubbingLosses.of(variants, row)));
    try (RowWriter<ScrubbingLossRow> writer = output.writer(ScrubbingLossRow.TABLE, "")) {
      for (ScrubbingLossRow row : losses.rows(scrubbing.concept())) {
        writer.write(row);
      }
    }
  }
}
